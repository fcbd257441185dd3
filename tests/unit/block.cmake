unit_tests(FOLDER block USES block model record)
