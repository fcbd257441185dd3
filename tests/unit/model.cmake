unit_tests(FOLDER model USES model record)
