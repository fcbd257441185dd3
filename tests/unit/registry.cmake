unit_tests(FOLDER registry USES registry avro config record)
if(TARGET durand)
        add_test(NAME scenario.registry_client
                COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/registry/test_client.py" $<TARGET_FILE:durand>)
        set_tests_properties(scenario.registry_client PROPERTIES LABELS scenario TIMEOUT 120)
endif()
