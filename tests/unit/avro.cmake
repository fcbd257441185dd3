unit_tests(FOLDER avro USES avro PACKAGES avro-c)
# The golden bytes are those that Apache's own Python library writes.
add_test(NAME unit.avro.golden_bytes_are_the_python_librarys
        COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/avro/golden.py" --check)
set_tests_properties(unit.avro.golden_bytes_are_the_python_librarys PROPERTIES LABELS unit SKIP_RETURN_CODE 77)
