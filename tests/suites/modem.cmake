# SPDX-License-Identifier: Apache-2.0
# The driver: pure parts, the ports on real ptys, and dialogues replayed against the engine.
file(GLOB modem_units CONFIGURE_DEPENDS unit/modem_bridge/*_test.cpp unit/modem_bridge/at/*_test.cpp
  unit/modem_bridge/dialect/*_test.cpp)
cellsock_test(unit_modem SOURCES ${modem_units} support/transcript.cpp support/scripted_modem.cpp LIBS cellsock_modem LABELS unit)

file(GLOB port_units CONFIGURE_DEPENDS unit/modem_bridge/port/*_test.cpp)
cellsock_test(unit_ports SOURCES ${port_units} LIBS cellsock_bridge util PCH cellsock_pch_actors LABELS unit)

if(CELLSOCK_FUZZ)
  add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
endif()
