unit_tests(FOLDER kafka USES kafka config record)
