// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/tcp_port.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <asio/connect.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>

namespace cellsock {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

/// Resolving and connecting together; the bridge tries again later anyway.
constexpr auto connect_max = 10s;
/// A server that lost its power is noticed after 15 + 3 * 5 s, also while nothing is sent.
struct socket_option {
  int level, name, value;
};
constexpr std::array socket_options{
    socket_option{IPPROTO_TCP, TCP_NODELAY, 1},   socket_option{SOL_SOCKET, SO_KEEPALIVE, 1},
    socket_option{IPPROTO_TCP, TCP_KEEPIDLE, 15}, socket_option{IPPROTO_TCP, TCP_KEEPINTVL, 5},
    socket_option{IPPROTO_TCP, TCP_KEEPCNT, 3},
};

failure connect_failure(const std::string& name, const std::error_code& error) {
  if (error == asio::error::connection_refused)
    return fail(errc::port_missing, name + ": connection refused; is its server running?");
  if (error == asio::error::host_not_found || error == asio::error::host_not_found_try_again)
    return fail(errc::port_missing, name + ": the host's name cannot be resolved");
  return fail(errc::port_failed, name + ": " + error.message());
}

/// From a name to a connected descriptor. Held by its own handlers.
struct dialling : std::enable_shared_from_this<dialling> {
  dialling(std::shared_ptr<stream_session> for_whom, std::string its_name)
      : session(std::move(for_whom)),
        name(std::move(its_name)),
        names(session->loop()),
        socket(session->loop()),
        limit(session->loop()) {}

  void start(const tcp_uri& where) {
    limit.expires_after(connect_max);
    limit.async_wait([self = shared_from_this()](const std::error_code& error) {
      if (error) return;
      self->names.cancel();
      std::error_code ignored;
      self->socket.close(ignored);
      self->give_up(fail(errc::port_failed, self->name + ": no connection within 10 s"));
    });
    std::error_code no_literal;
    const auto address = asio::ip::make_address(where.host, no_literal);
    // A literal needs no resolver, and so no resolver's thread.
    if (!no_literal) {
      const std::array only{tcp::endpoint(address, where.port)};
      return connect(tcp::resolver::results_type::create(only.begin(), only.end(), where.host, ""));
    }
    names.async_resolve(where.host, std::to_string(where.port), tcp::resolver::numeric_service,
                        [self = shared_from_this()](const std::error_code& error,
                                                    const tcp::resolver::results_type& found) {
                          if (self->over) return;
                          if (error) return self->give_up(connect_failure(self->name, error));
                          self->connect(found);
                        });
  }

  void connect(const tcp::resolver::results_type& found) {
    if (!session->alive()) return finish();
    asio::async_connect(
        socket, found,
        [self = shared_from_this()](const std::error_code& error, const tcp::endpoint&) {
          if (self->over) return;
          if (error) return self->give_up(connect_failure(self->name, error));
          self->connected();
        });
  }

  void connected() {
    finish();
    if (!session->alive()) return;
    for (const auto& o : socket_options)
      ::setsockopt(socket.native_handle(), o.level, o.name, &o.value, sizeof o.value);
    std::error_code error;
    const int fd = socket.release(error);
    if (error) return session->refuse(connect_failure(name, error));
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (auto taken = session->take(fd); !taken) return session->refuse(taken.error());
    session->begin();
  }

  void give_up(const failure& why) {
    finish();
    session->refuse(why);
  }
  void finish() {
    over = true;
    limit.cancel();
  }

  std::shared_ptr<stream_session> session;
  std::string name;
  tcp::resolver names;
  tcp::socket socket;
  asio::steady_timer limit;
  bool over = false;
};

std::string name_of(const tcp_uri& where) {
  const bool literal6 = where.host.find(':') != std::string::npos;
  return (literal6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

}  // namespace

tcp_port::tcp_port(asio::io_context& loop, tcp_uri where)
    : stream_port(loop, name_of(where), where.baud), where_(std::move(where)) {}

void tcp_port::start(const std::shared_ptr<stream_session>& session) {
  std::make_shared<dialling>(session, name_)->start(where_);
}

}  // namespace cellsock
