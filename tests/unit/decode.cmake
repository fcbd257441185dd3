unit_tests(FOLDER decode USES decode config record)
