// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/reactor.hpp"

namespace cellsock {

/// The daemon's end (D) of a socket's channel: a real AF_UNIX pair whose other end (C) a program
/// holds. Readiness at C is the kernel's own; this class only decides when bytes are read, written
/// or left. Owned by one socket actor, used on the loop thread; events reach the actor as messages.
class channel : public std::enable_shared_from_this<channel> {
public:
  struct pair {
    std::shared_ptr<channel> ours;
    shared_descriptor theirs;
    socket_cookie cookie{};  // SO_COOKIE of theirs: the name of the socket from now on
  };
  /// A stream's channel is born padded: C shows no POLLOUT and a premature write gives EAGAIN, as a
  /// TCP socket does before it is connected. A datagram's is born writable.
  [[nodiscard]] static result<pair> make(transport kind, const reactor& loop);

  channel(asio::posix::stream_descriptor end, const reactor& loop, std::size_t padding);

  /// Who hears of readiness and of the hang-up (every copy of C closed, seen past unread bytes).
  void start(socket_handle owner);
  /// One-shot: ask again when more is wanted. Not wanting to read costs nothing.
  void arm_read();
  void arm_write();

  enum class read_end : std::uint8_t { got, nothing_yet, no_more };
  struct read_result {
    std::size_t bytes = 0;
    read_end how = read_end::got;
  };
  /// Stream: up to `into.size()` bytes.
  [[nodiscard]] read_result read_some(std::span<std::byte> into);
  struct packet_result {
    std::vector<std::byte> packet = {};
    read_end how = read_end::got;
  };
  /// Datagram: one packet. An empty one is passed on too: it is no Datagram, and the caller counts
  /// it.
  [[nodiscard]] packet_result read_packet();

  enum class write_end : std::uint8_t { took, full, gone };
  struct write_result {
    std::size_t bytes = 0;
    write_end how = write_end::took;
  };
  /// `gone`: the program reads no more (closed, or shut its reading side): discard what comes.
  [[nodiscard]] write_result write_some(std::span<const std::byte> from);
  [[nodiscard]] write_end write_packet(std::span<const std::byte> packet);

  /// A listener's channel: one pending connection, as one record of fixed size with its descriptor
  /// attached, in one message; the program's accept() is one recvmsg of that size. The padding
  /// stays, so a listener never shows POLLOUT. `full`: the program accepts too slowly, refuse the
  /// peer.
  [[nodiscard]] write_end pass_connection(std::span<const std::byte> record, int connection);

  /// Whether the program has accepted enough of what was passed for one more.
  [[nodiscard]] bool room_for_connection() const;
  /// How many connections may wait; the kernel may make it one more.
  void limit_connections(unsigned limit);
  /// SO_RCVBUF of the program: what may wait for it in the kernel.
  void hold_for_program(int bytes);

  /// Bytes the program has written and we have not read, padding apart.
  [[nodiscard]] std::size_t unread() const;
  /// All bytes the program has ever written, padding apart: a request that arrives acts after every
  /// write that returned before it was sent, in any thread or process, so this is its place in the
  /// stream (consumed + waiting).
  [[nodiscard]] std::uint64_t written() const { return consumed_ + unread(); }
  /// Takes the padding out: C becomes writable, with exactly one edge.
  void open_for_writing();
  [[nodiscard]] bool padded() const noexcept { return padding_ > 0; }
  /// Orderly end towards the program: end of file after what was written.
  void finish_writing();
  /// Gives the descriptor up. With padding or the program's bytes unread, C reads what is queued
  /// and then gets ECONNRESET; else end of file. Idempotent; breaks the actor <-> channel cycle.
  void close();
  [[nodiscard]] bool closed() const noexcept { return !end_.is_open(); }

private:
  void apply_connection_limit();
  template <class Fact>
  void tell(asio::posix::descriptor_base::wait_type what, bool& armed);

  asio::posix::stream_descriptor end_;
  const reactor& loop_;
  socket_handle owner_;
  std::size_t padding_ = 0;
  std::uint64_t consumed_ = 0;
  unsigned connections_max_ = 0;
  int connection_charge_ = 0;  // what one that waits takes of the send buffer; 0: not known yet
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool error_armed_ = false;
};

}  // namespace cellsock
