unit_tests(FOLDER steward USES steward record)
