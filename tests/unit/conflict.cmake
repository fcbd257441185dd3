unit_tests(FOLDER conflict USES conflict config record)
