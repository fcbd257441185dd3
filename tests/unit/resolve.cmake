unit_tests(FOLDER resolve USES replay resolve engine state decode registry avro standard block score cluster config model record)
