unit_tests(FOLDER service USES avro registry service engine kafka state config record model)
