unit_tests(FOLDER http USES http)
