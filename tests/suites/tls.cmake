# SPDX-License-Identifier: Apache-2.0
# Secure sockets: the engine and credentials. Keys and certificates are in support/pki.
add_library(cellsock_test_pki STATIC support/pki.cpp)
target_link_libraries(cellsock_test_pki PUBLIC cellsock_tls)
target_compile_definitions(cellsock_test_pki PRIVATE CELLSOCK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_precompile_headers(cellsock_test_pki REUSE_FROM cellsock_pch_base)

foreach(part credentials tls)
  file(GLOB sources CONFIGURE_DEPENDS unit/stack/${part}/*_test.cpp)
  cellsock_test(unit_${part} SOURCES ${sources} LIBS cellsock_tls cellsock_test_pki LABELS unit)
endforeach()

# The engine over kernel sockets, for tests against other TLS programs.
# What workers do, without the actors around it: small enough to be built for ThreadSanitizer too.
cellsock_test(unit_workers SOURCES unit/actors/worker_pool_test.cpp threads/secure_threads_test.cpp
  ${PROJECT_SOURCE_DIR}/actors/worker_pool.cpp LIBS cellsock_tls cellsock_test_pki Threads::Threads LABELS "unit;threads")

add_executable(tls_peer support/tls_peer.cpp)
target_link_libraries(tls_peer PRIVATE cellsock_tls)
target_precompile_headers(tls_peer REUSE_FROM cellsock_pch_base)

# Bare mbedTLS, nothing of ours: an independent peer.
add_executable(mbedtls_peer support/mbedtls_peer.cpp)
target_link_libraries(mbedtls_peer PRIVATE cellsock_flags MbedTLS::mbedtls)

add_executable(bench_tls bench/tls_bench.cpp)
target_link_libraries(bench_tls PRIVATE cellsock_tls cellsock_test_pki)
target_precompile_headers(bench_tls REUSE_FROM cellsock_pch_base)
