# SPDX-License-Identifier: Apache-2.0
# Two precompiled headers: the standard library for the pure parts, and CAF + Asio for the shells
# (1.8 s per unit without it, 0.4 s with it).
add_library(cellsock_pch_base OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch_base.cpp)
target_link_libraries(cellsock_pch_base PRIVATE cellsock_flags)
target_precompile_headers(cellsock_pch_base PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch_base.hpp)

add_library(cellsock_pch_actors OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch_base.cpp)
target_link_libraries(cellsock_pch_actors PRIVATE cellsock_flags CAF::core Asio::asio)
target_precompile_headers(cellsock_pch_actors PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch_base.hpp ${PROJECT_SOURCE_DIR}/cmake/pch_actors.hpp)

# A library of pure code: standard library only.
function(cellsock_pure_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC cellsock_flags)
  target_precompile_headers(${name} REUSE_FROM cellsock_pch_base)
endfunction()

# A library that knows CAF and Asio.
function(cellsock_actor_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC cellsock_flags CAF::core Asio::asio)
  target_precompile_headers(${name} REUSE_FROM cellsock_pch_actors)
endfunction()
