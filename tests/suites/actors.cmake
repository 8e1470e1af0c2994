# SPDX-License-Identifier: Apache-2.0
file(GLOB sources CONFIGURE_DEPENDS unit/actors/*_test.cpp unit/actors/host/*_test.cpp)
list(FILTER sources EXCLUDE REGEX "/worker_pool_test")  # suites/tls.cmake
cellsock_test(unit_actors SOURCES ${sources} LIBS cellsock_actors cellsock_test_pki PCH cellsock_pch_actors LABELS unit)

file(GLOB sources CONFIGURE_DEPENDS actors/*_test.cpp)
cellsock_test(actors SOURCES ${sources} LIBS cellsock_actors cellsock_test_pki PCH cellsock_pch_actors LABELS actors)

file(GLOB sources CONFIGURE_DEPENDS scenarios/*_test.cpp)
cellsock_test(scenarios SOURCES ${sources} LIBS cellsock_actors cellsock_bridge cellsock_emulator_core cellsock_test_pki
  PCH cellsock_pch_actors LABELS scenarios TIMEOUT 300)
