unit_tests(FOLDER score USES score model record)
