unit_tests(FOLDER base USES base PACKAGES jansson)
