unit_tests(FOLDER conflict USES conflict golden config record)
