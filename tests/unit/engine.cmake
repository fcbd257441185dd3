unit_tests(FOLDER engine USES replay engine state config record model score golden)
