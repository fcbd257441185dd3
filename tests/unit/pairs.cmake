unit_tests(FOLDER pairs USES score model standard config record)
