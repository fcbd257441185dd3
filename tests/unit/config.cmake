unit_tests(FOLDER config USES config record)
