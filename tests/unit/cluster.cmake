unit_tests(FOLDER cluster USES cluster model record)
