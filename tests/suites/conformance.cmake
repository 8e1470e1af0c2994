# SPDX-License-Identifier: Apache-2.0
# One source of cases against the kernel's sockets and against the library's two faces. The kernel's
# program knows nothing of the library but its header of numbers.
file(GLOB cases CONFIGURE_DEPENDS conformance/cases/*.cpp)
add_library(cellsock_conformance_cases STATIC ${cases} conformance/context.cpp conformance/far_end.cpp)
target_link_libraries(cellsock_conformance_cases PUBLIC cellsock_flags)
target_include_directories(cellsock_conformance_cases PRIVATE ${PROJECT_SOURCE_DIR}/client_lib/include/nrf)
foreach(api posix zsock nrf)
  add_executable(conformance_${api} conformance/runner.cpp conformance/${api}_api.cpp)
  target_link_libraries(conformance_${api} PRIVATE cellsock_conformance_cases)
endforeach()
target_link_libraries(conformance_zsock PRIVATE cellsock)
target_link_libraries(conformance_nrf PRIVATE cellsock)

# Kernel first, then each family of firmware: one entry each, so that they run side by side.
foreach(link kernel slm sm-2)
  add_test(NAME conformance_${link} COMMAND ${CELLSOCK_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/conformance/run.py --link ${link})
  set_tests_properties(conformance_${link} PROPERTIES LABELS conformance TIMEOUT 600
    ENVIRONMENT "CELLSOCK_BUILD=${PROJECT_BINARY_DIR}")
endforeach()
