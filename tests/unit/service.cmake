unit_tests(FOLDER service USES service engine kafka state config record model)
