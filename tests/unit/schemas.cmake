unit_tests(FOLDER schemas USES base PACKAGES avro-c)
if(TARGET durand)
        add_test(NAME scenario.outputs_fit_their_contracts
                COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/schemas/check_outputs.py" --durand $<TARGET_FILE:durand>)
        set_tests_properties(scenario.outputs_fit_their_contracts PROPERTIES LABELS scenario TIMEOUT 120)
endif()
