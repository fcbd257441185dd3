# Compiler and linker flags of everything we build. Warnings are errors.

option(DURAND_FUZZ "build the libFuzzer targets (needs clang)" OFF)
option(DURAND_FAULT_POINTS "named points at which a test can kill the process (DURAND_KILL_AT)" OFF)
set(DURAND_SANITIZE "" CACHE STRING "sanitizers for -fsanitize=, such as address,undefined")

add_library(durand_options INTERFACE)
target_compile_definitions(durand_options INTERFACE _GNU_SOURCE DURAND_VERSION="${PROJECT_VERSION}")
target_compile_options(durand_options INTERFACE
        -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wcast-qual -Wundef -Wwrite-strings -Wvla
        -Wno-missing-field-initializers -fno-common -fstack-protector-strong
        $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition>)
target_link_libraries(durand_options INTERFACE Threads::Threads m)
target_link_options(durand_options INTERFACE -Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
        target_compile_options(durand_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(DURAND_SANITIZE)
        target_compile_options(durand_options INTERFACE -fsanitize=${DURAND_SANITIZE} -fno-omit-frame-pointer
                -fno-sanitize-recover=all)
        target_link_options(durand_options INTERFACE -fsanitize=${DURAND_SANITIZE})
endif()
if(DURAND_FUZZ)
        target_compile_options(durand_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(DURAND_FAULT_POINTS)
        target_compile_definitions(durand_options INTERFACE DURAND_FAULT_POINTS=1)
endif()
