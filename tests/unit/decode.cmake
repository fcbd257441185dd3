unit_tests(FOLDER decode USES decode avro config record)
