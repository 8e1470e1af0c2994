// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>

#include "actors/host/host_messages.hpp"
#include "actors/reactor.hpp"

namespace cellsock::host {

/// Whose kernel socket it is, and of what kind.
struct socket_identity {
  socket_id id{};
  ip_family family = ip_family::v4;
  transport kind = transport::stream;
  carried_handle owner = {};
  std::string interface = {};  // bound to it; empty: the kernel's routes decide
};

/// One kernel socket, as the channel is the other end's: used on the loop thread by the host link
/// alone; what arrives goes straight to the socket's actor. Made at its first use, so that a socket
/// which moves to another link costs nothing here.
class host_socket : public std::enable_shared_from_this<host_socket> {
public:
  host_socket(socket_identity who, host_bridge_handle bridge, const reactor& loop);

  [[nodiscard]] result<endpoint> bind(const endpoint& local);
  /// true: connected; false: it goes on, and host_connect_ended tells the bridge when it has ended.
  [[nodiscard]] result<bool> connect(const endpoint& peer);
  /// As connect.
  [[nodiscard]] result<bool> connect_ended();
  [[nodiscard]] std::optional<endpoint> local() const;

  /// The local address. From then on the owner hears connection_waiting.
  [[nodiscard]] result<endpoint> listen(unsigned backlog);
  /// The next waiting connection, as the socket `child`; would_block if there is none.
  [[nodiscard]] result<endpoint> accept_into(host_socket& child);
  [[nodiscard]] status set_option(socket_option name, std::int64_t value);
  [[nodiscard]] result<std::int64_t> get_option(socket_option name);
  /// Another interface; empty: as the kernel routes. Before it is bound or connected.
  [[nodiscard]] status use_interface(const std::string& interface);
  /// Nothing is left to be sent, nor (a stream) to be acknowledged.
  [[nodiscard]] bool flushed() const;

  void offer(std::size_t waiting);
  void chunk(msg::bytes data);
  void datagram(const std::optional<endpoint>& peer, msg::bytes payload);
  void want_receive(bool wanted);
  /// The peer gets an end of file behind what was sent; it may go on sending.
  void finish_sending();

  /// A datagram socket: whoever sends is heard again.
  void dissolve();

  /// Idempotent. With bytes unsent the peer sees a reset, never an end that looks orderly.
  void close();
  [[nodiscard]] ip_family family() const noexcept { return who_.family; }
  [[nodiscard]] bool is_open() const noexcept { return end_.is_open(); }

private:
  [[nodiscard]] status open();
  [[nodiscard]] status adopt(descriptor made);
  [[nodiscard]] status bind_to_interface(int fd) const;
  [[nodiscard]] bool stream() const noexcept { return who_.kind == transport::stream; }
  [[nodiscard]] bool flows() const noexcept { return is_open() && (connected_ || !stream()); }
  void began();
  void arm_read();
  void arm_write();
  void readable();
  void writable();
  void read_stream();
  void read_datagrams();
  void flush();
  void sent();
  void failed_write(int error);
  void broken(int error, const char* what);
  template <class Message>
  void tell(Message message);

  socket_identity who_;
  host_bridge_handle bridge_;
  const reactor& loop_;
  asio::posix::stream_descriptor end_;
  std::optional<endpoint> peer_;  // of the connect, for messages

  msg::bytes out_;  // a chunk or datagram that the kernel has not taken yet
  std::size_t out_from_ = 0;
  std::optional<endpoint> out_to_;
  bool out_pending_ = false;  // a datagram may be empty
  bool offered_ = false;
  bool finishing_ = false;  // its end of file waits behind out_

  std::int64_t linger_s_ = -1;  // as set
  bool listening_ = false;
  bool connecting_ = false;
  bool connected_ = false;
  bool wanted_ = false;
  bool waiting_to_read_ = false;  // readable while nobody wanted it
  bool ended_ = false;            // no more will be received
  int write_error_ = 0;           // told once what had arrived is delivered
  bool broken_ = false;
  bool read_armed_ = false;
  bool write_armed_ = false;
};

}  // namespace cellsock::host
