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
cat >"$stage/zephyr.c" <<'PROGRAM'
#include <cellsock/version.h>
#include <errno.h>
#include <net/socket.h>
#include <sys/socket.h>
#include <zephyr/net/socket.h>

static const struct sockaddr_in server = {AF_INET, net_htons(80), {0}, {0}};

int main(void) {
  const int fd = zsock_socket(AF_INET, SOCK_STREAM, 0);
  return fd == -1 && errno == ENETDOWN && net_sin((const struct sockaddr *)&server)->sin_port != 0 ? 0 : 1;
}
PROGRAM
cp "$stage/zephyr.c" "$stage/zephyr.cpp"

# Compiles NAME from SOURCE by what pkg-config says of MODULE
compiled() { # MODULE SOURCE NAME FLAG...
  # shellcheck disable=SC2046
  module=$1 source=$2 name=$3 && shift 3 && set -- "$@" "$stage/$source" -o "$stage/$name" $(pkg-config --cflags --libs "$module")
  case $source in
    *.c) "$cc" -std=c11 -Wall -Wextra -Werror "$@" ;;
    *) "$cxx" -std=c++20 -Wall -Wextra -Werror "$@" ;;
  esac
}
compiled cellsock-nrf program.c in_c "$@"
compiled cellsock-nrf program.cpp in_cpp "$@"
compiled cellsock-zephyr zephyr.c zephyr_in_c "$@"
compiled cellsock-zephyr zephyr.cpp zephyr_in_cpp "$@"
LD_LIBRARY_PATH=$(pkg-config --variable=libdir cellsock-nrf)
export LD_LIBRARY_PATH CELLSOCK_SOCKET=/nonexistent
for program in in_c in_cpp zephyr_in_c zephyr_in_cpp; do
  "$stage/$program"
done
"$stage/usr/bin/cellsock" --version
