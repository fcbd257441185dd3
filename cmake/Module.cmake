# One folder = one module = one static library.
#
#   module(NAME decode USES config record [PACKAGES icu-uc] [LIBRARIES phonenumber] [LANGUAGES CXX])
#
# A module sees its own headers, those of `base` and those of the modules that it names, and nothing else: each module's
# headers are reached through a directory of its own, so an include that USES does not declare fails to compile. A module
# can only name modules that exist already, so a cycle fails to configure. Headers are included as "module/header.h".

set(DURAND_INCLUDE_ROOT "${CMAKE_BINARY_DIR}/include")

function(module)
        cmake_parse_arguments(ARG "" "NAME;DIRECTORY" "USES;PACKAGES;LIBRARIES" ${ARGN})
        if(ARG_UNPARSED_ARGUMENTS)
                message(FATAL_ERROR "module(${ARG_NAME}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
        endif()
        if(NOT ARG_DIRECTORY)
                set(ARG_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
        endif()
        file(GLOB sources CONFIGURE_DEPENDS "${ARG_DIRECTORY}/*.c" "${ARG_DIRECTORY}/*.cc")
        if(NOT sources)
                message(FATAL_ERROR "module(${ARG_NAME}): no sources in ${ARG_DIRECTORY}")
        endif()

        # The directory through which others reach this module's headers.
        set(root "${DURAND_INCLUDE_ROOT}/${ARG_NAME}")
        file(MAKE_DIRECTORY "${root}")
        file(CREATE_LINK "${ARG_DIRECTORY}" "${root}/${ARG_NAME}" SYMBOLIC)

        add_library(${ARG_NAME} STATIC ${sources})
        set_target_properties(${ARG_NAME} PROPERTIES OUTPUT_NAME durand_${ARG_NAME} LINKER_LANGUAGE C)
        target_include_directories(${ARG_NAME} PRIVATE "${root}")
        target_link_libraries(${ARG_NAME} PRIVATE durand_options)
        module_use(${ARG_NAME} "${ARG_USES}")
        module_packages(${ARG_NAME} "${ARG_PACKAGES}" "${ARG_LIBRARIES}")
endfunction()

# Lets @target include and link the modules in @uses, and base.
function(module_use target uses)
        set(all ${uses})
        if(NOT target STREQUAL "base")
                list(APPEND all base)
        endif()
        list(REMOVE_DUPLICATES all)
        foreach(used IN LISTS all)
                if(NOT TARGET ${used})
                        message(FATAL_ERROR "${target} uses ${used}, which does not exist or is of a higher level")
                endif()
                target_include_directories(${target} PRIVATE "${DURAND_INCLUDE_ROOT}/${used}")
                target_link_libraries(${target} PRIVATE ${used})
        endforeach()
endfunction()

function(module_packages target packages libraries)
        foreach(package IN LISTS packages)
                string(MAKE_C_IDENTIFIER "PKG_${package}" id)
                pkg_check_modules(${id} REQUIRED IMPORTED_TARGET GLOBAL ${package})
                target_link_libraries(${target} PRIVATE PkgConfig::${id})
        endforeach()
        foreach(library IN LISTS libraries)
                target_link_libraries(${target} PRIVATE ${library})
        endforeach()
endfunction()

# Every tests/unit/FOLDER/test_*.c is one program of cmocka tests. They may include internal headers of the module that they
# test as "module/internal.h", and what tests of several modules share as "unit/common/header.h".
#   unit_tests(FOLDER decode USES decode config record)
function(unit_tests)
        cmake_parse_arguments(ARG "" "FOLDER" "USES;PACKAGES" ${ARGN})
        file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER}/test_*.c")
        foreach(test IN LISTS tests)
                get_filename_component(name "${test}" NAME_WE)
                set(target "${ARG_FOLDER}_${name}")
                add_executable(${target} "${test}")
                target_link_libraries(${target} PRIVATE durand_options)
                target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
                target_compile_definitions(${target} PRIVATE TEST_DATA="${CMAKE_SOURCE_DIR}/tests")
                module_use(${target} "${ARG_USES}")
                set(packages cmocka ${ARG_PACKAGES})
                module_packages(${target} "${packages}" "")
                set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
                add_test(NAME "unit.${ARG_FOLDER}.${name}" COMMAND ${target} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
                set_tests_properties("unit.${ARG_FOLDER}.${name}" PROPERTIES LABELS unit TIMEOUT 300)
        endforeach()
endfunction()
