unit_tests(FOLDER standard USES standard config record)
