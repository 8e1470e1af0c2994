#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a program outside this tree does: install, ask pkg-config, compile in C and C++, run.
# usage: installed_consumer.sh BUILD_DIR CC CXX [COMPILER_FLAG...]
set -eu
build=$1 cc=$2 cxx=$3
shift 3
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cmake --install "$build/client_lib" --prefix "$stage/usr" >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$stage" -name cellsock-nrf.pc)")
export PKG_CONFIG_PATH
cat >"$stage/program.c" <<'PROGRAM'
#include <cellsock/version.h>
#include <errno.h>
#include <netinet/in.h>
#include <nrf_errno.h>
#include <nrf_gai_errors.h>
#include <nrf_socket.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const struct nrf_in_addr server = {nrf_htonl(0xC0000201)};

int main(void) {
  const int fd = nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, 0);
  printf("%s, %d\n", cellsock_version(), (int)server.s_addr);
  return fd == -1 && errno == NRF_ENETDOWN && strcmp(cellsock_version(), CELLSOCK_VERSION) == 0 ? 0 : 1;
}
PROGRAM
cp "$stage/program.c" "$stage/program.cpp"
# shellcheck disable=SC2046
"$cc" -std=c11 -Wall -Wextra -Werror "$@" "$stage/program.c" -o "$stage/in_c" $(pkg-config --cflags --libs cellsock-nrf)
# shellcheck disable=SC2046
"$cxx" -std=c++20 -Wall -Wextra -Werror "$@" "$stage/program.cpp" -o "$stage/in_cpp" $(pkg-config --cflags --libs cellsock-nrf)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir cellsock-nrf)
export LD_LIBRARY_PATH CELLSOCK_SOCKET=/nonexistent
"$stage/in_c"
"$stage/in_cpp"
"$stage/usr/bin/cellsock" --version
