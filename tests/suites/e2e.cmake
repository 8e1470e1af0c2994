# SPDX-License-Identifier: Apache-2.0
# The real daemon, emulator and programs of this build, with real servers.
file(GLOB programs CONFIGURE_DEPENDS e2e/*_test.py)
set(e2e_cflags)
if(CELLSOCK_SANITIZE)
  set(e2e_cflags -fsanitize=${CELLSOCK_SANITIZE})
endif()
function(e2e_test name program firmware labels)
  add_test(NAME e2e_${name} COMMAND ${CELLSOCK_PYTHON} ${program})
  set_tests_properties(e2e_${name} PROPERTIES LABELS "${labels}" TIMEOUT 600
    ENVIRONMENT "CELLSOCK_BUILD=${PROJECT_BINARY_DIR};CELLSOCK_CFLAGS=${e2e_cflags};CELLSOCK_DIALECT=${firmware}")
endfunction()
# What moves data or breaks is run with each firmware, the rest with one. Two of them in every build,
# one of each family; the others are labelled.
foreach(program ${programs})
  get_filename_component(name ${program} NAME_WE)
  # Reading all of a sanitized daemon's memory takes minutes and finds what it finds at full speed.
  if(name STREQUAL "secrets_test")
    e2e_test(${name} ${program} slm-3.1 "e2e;full-speed")
    continue()
  endif()
  e2e_test(${name} ${program} slm-3.1 "e2e")
  if(name MATCHES "^(transfer|recovery|seven|soak|zephyr|payload|pdn|loss|power|secure.*)_test$")
    e2e_test(${name}.sm-2 ${program} sm-2 "e2e")
    e2e_test(${name}.sm-1 ${program} sm-1 "e2e;firmware")
    e2e_test(${name}.slm-2.9 ${program} slm-2.9 "e2e;firmware")
  endif()
  # TLS is the daemon's over any link.
  if(name MATCHES "^secure")
    e2e_test(${name}.host ${program} host "e2e")
  endif()
endforeach()
