unit_tests(FOLDER pairs USES block score model standard config record)
target_sources(pairs_test_agreement PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/agreement.c")
