unit_tests(FOLDER record USES record)
