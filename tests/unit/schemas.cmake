unit_tests(FOLDER schemas USES base PACKAGES avro-c)
