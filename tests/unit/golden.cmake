unit_tests(FOLDER golden USES golden config record)
