# SPDX-License-Identifier: Apache-2.0
add_test(NAME tidy COMMAND ${CELLSOCK_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tidy/tidy.py)
add_test(NAME format COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tidy/format.sh)
set_tests_properties(tidy format PROPERTIES TIMEOUT 60 LABELS tidy)
