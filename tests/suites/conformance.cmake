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

# Each family of firmware is an entry of its own. The last one builds the tree eleven times.
function(conformance_test name labels)
  add_test(NAME conformance_${name} COMMAND ${CELLSOCK_PYTHON} ${ARGN})
  set_tests_properties(conformance_${name} PROPERTIES LABELS "conformance;${labels}" TIMEOUT 600
    ENVIRONMENT "CELLSOCK_BUILD=${PROJECT_BINARY_DIR}")
endfunction()
set(run ${CMAKE_CURRENT_SOURCE_DIR}/conformance/run.py)
conformance_test(kernel unit ${run} --link kernel)
conformance_test(host e2e ${run} --link host)
conformance_test(slm e2e ${run} --link slm)
conformance_test(sm-2 e2e ${run} --link sm-2)
foreach(link slm-2.4 slm-2.9 sm-1)
  conformance_test(${link} "e2e;firmware" ${run} --link ${link})
endforeach()
conformance_test(plants long ${CMAKE_CURRENT_SOURCE_DIR}/conformance/plant.py)
set_tests_properties(conformance_plants PROPERTIES TIMEOUT 3600)
