unit_tests(FOLDER train USES train resolve config record model block score cluster)
