# SPDX-License-Identifier: Apache-2.0
# Programs that `deploy/bench` runs; figures are never a test's verdict.
add_executable(bench_control_rtt bench/control_rtt.c)
target_link_libraries(bench_control_rtt PRIVATE cellsock_flags cellsock)
add_executable(bench_channel bench/channel_bench.cpp)
target_link_libraries(bench_channel PRIVATE cellsock_actors cellsock_bridge cellsock_emulator_core)
target_precompile_headers(bench_channel REUSE_FROM cellsock_pch_actors)
foreach(program host_server host_client)
  add_executable(bench_${program} bench/${program}.c)
  target_link_libraries(bench_${program} PRIVATE cellsock_flags cellsock Threads::Threads)
endforeach()
