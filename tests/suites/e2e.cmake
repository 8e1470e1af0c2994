# SPDX-License-Identifier: Apache-2.0
# The real daemon, emulator and programs of this build, with real servers.
file(GLOB programs CONFIGURE_DEPENDS e2e/*_test.py)
set(e2e_cflags)
if(CELLSOCK_SANITIZE)
  set(e2e_cflags -fsanitize=${CELLSOCK_SANITIZE})
endif()
foreach(program ${programs})
  get_filename_component(name ${program} NAME_WE)
  add_test(NAME e2e_${name} COMMAND ${CELLSOCK_PYTHON} ${program})
  set_tests_properties(e2e_${name} PROPERTIES LABELS e2e TIMEOUT 600
    ENVIRONMENT "CELLSOCK_BUILD=${PROJECT_BINARY_DIR};CELLSOCK_CFLAGS=${e2e_cflags}")
endforeach()
