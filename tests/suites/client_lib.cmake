# SPDX-License-Identifier: Apache-2.0
# The public calls go through libcellsock.so itself, the parts through the static library.
add_library(cellsock_fake_daemon STATIC support/fake_credentials.cpp support/fake_daemon.cpp)
target_link_libraries(cellsock_fake_daemon PUBLIC cellsock_proto)
target_precompile_headers(cellsock_fake_daemon REUSE_FROM cellsock_pch_base)

# The public headers as a C program meets them: C11, before and after the host's own.
add_library(cellsock_headers_c OBJECT
  unit/client_lib/nrf_headers.c unit/client_lib/nrf_headers_first.c
  unit/client_lib/zephyr_headers.c unit/client_lib/zephyr_headers_first.c
  unit/client_lib/zephyr_kernel.c)
target_link_libraries(cellsock_headers_c PRIVATE cellsock_flags cellsock)
# ISO C alone, as the strictest program: what the host hides then must not be needed.
set_target_properties(cellsock_headers_c PROPERTIES C_EXTENSIONS OFF)

# These names need what the host calls POSIX.
add_library(cellsock_posix_names_c OBJECT unit/client_lib/zephyr_posix_names.c)
target_link_libraries(cellsock_posix_names_c PRIVATE cellsock_flags cellsock)

cellsock_unit(client_lib cellsock cellsock_client cellsock_cli_parts cellsock_example_http cellsock_fake_daemon)
target_sources(unit_client_lib PRIVATE $<TARGET_OBJECTS:cellsock_headers_c> $<TARGET_OBJECTS:cellsock_posix_names_c>)
# What a program does with a socket that it was given by exec.
add_executable(client_lib_inheritor unit/client_lib/inheritor.c)
target_link_libraries(client_lib_inheritor PRIVATE cellsock_flags cellsock)
add_dependencies(unit_client_lib cellsock_cli client_lib_inheritor zephyr_samples nrf_callback_echo secure_examples)

# pkg-config may be missing where nobody develops; then there is nothing to prove.
find_program(CELLSOCK_PKG_CONFIG pkg-config)
if(CELLSOCK_PKG_CONFIG)
  set(consumer_flags)
  if(CELLSOCK_SANITIZE)
    set(consumer_flags -fsanitize=${CELLSOCK_SANITIZE})
  endif()
  add_test(NAME client_lib_installed COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/unit/client_lib/installed_consumer.sh
    ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER} ${CMAKE_CXX_COMPILER} ${consumer_flags})
  set_tests_properties(client_lib_installed PROPERTIES TIMEOUT 60 LABELS unit)
endif()
