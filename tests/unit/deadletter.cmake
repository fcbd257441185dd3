unit_tests(FOLDER deadletter USES deadletter record)
