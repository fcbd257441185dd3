unit_tests(FOLDER state USES state record PACKAGES lmdb)
