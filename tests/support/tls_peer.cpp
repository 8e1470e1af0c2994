// SPDX-License-Identifier: Apache-2.0
// The engine over a kernel socket on the loopback, as a program: what other TLS programs are held
// against. Prints what happens, a line each; `--help` says what it can be told.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "stack/tls/session.hpp"
#include "stack/tls/suites.hpp"

using namespace cellsock;
using namespace cellsock::tls;

namespace {

struct told {
  std::string role;
  std::string protocol = "tls";
  std::uint16_t port = 0;
  std::string ca, certificate, key, psk, identity;
  std::string name = "-";
  std::string verify = "required";
  std::string send;
  std::size_t expect = 0;
  std::vector<std::string> alpn;
  std::vector<int> suites;
  unsigned connections = 1;
  bool resume = false;
};

[[noreturn]] void give_up(const std::string& why) {
  std::cout << "error " << why << std::endl;
  std::exit(2);
}

moment now() {
  return {std::chrono::steady_clock::now(),
          std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
}

credential_ptr take(credential_type type, const std::string& bytes) {
  auto read =
      read_credential(type, std::as_bytes(std::span(bytes)), {now().date, 1024, true, true});
  if (!read) give_up(read.error().detail);
  return *read;
}
credential_ptr from_file(credential_type type, const std::string& path) {
  if (path.empty()) return nullptr;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return take(type, text.str());
}

settings settings_of(const told& t) {
  settings s;
  s.kind = t.protocol == "dtls" ? transport::datagram : transport::stream;
  s.lowest = s.highest = t.protocol == "dtls"     ? version::dtls_1_2
                         : t.protocol == "tls1.3" ? version::tls_1_3
                                                  : version::tls_1_2;
  s.as = t.role == "server" ? role::server : role::client;
  tag_contents tag{sec_tag{1}};
  tag.ca = from_file(credential_type::ca_certificate, t.ca);
  tag.own_certificate = from_file(credential_type::own_certificate, t.certificate);
  tag.private_key = from_file(credential_type::private_key, t.key);
  if (!t.psk.empty()) {
    tag.psk = take(credential_type::psk, t.psk);
    tag.psk_identity = take(credential_type::psk_identity, t.identity);
  }
  s.tags.push_back(tag);
  s.name.how = t.name == "-" ? peer_name::rule::ignored : peer_name::rule::checked;
  s.name.host = t.name;
  s.verify = t.verify == "none"       ? peer_verify::none
             : t.verify == "optional" ? peer_verify::optional
                                      : peer_verify::required;
  s.alpn = t.alpn;
  s.suites = t.suites;
  s.handshake_max = std::chrono::seconds(20);
  s.resume = t.resume;
  s.peer_address = {std::byte{127}, std::byte{0}, std::byte{0}, std::byte{1}};
  return s;
}

/// One connection, from its socket to its end.
class connection {
public:
  connection(int fd, const told& t, settings s, std::shared_ptr<random_source> random)
      : fd_(fd),
        told_(t),
        stream_(s.kind == transport::stream),
        session_(std::move(s), std::move(random)) {}

  /// True: it ended in order.
  bool run() {
    session_.write(std::as_bytes(std::span(told_.send)));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      session_.step(now());
      send_all();
      tell();
      if (session_.state() == phase::failed) {
        std::cout << "failed " << cellsock::name(session_.why().code) << ": "
                  << session_.why().detail << std::endl;
        return false;
      }
      if (done()) {
        std::cout << "closed" << std::endl;
        return true;
      }
      wait_and_receive(end);
    }
    std::cout << "error nothing happens" << std::endl;
    return false;
  }
  secret take_resumption() { return session_.take_resumption(); }

private:
  void send_all() {
    while (!session_.wire().empty()) {
      const auto bytes = session_.wire();
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && stream_) return session_.wire_taken(bytes.size());  // its end is read next
      session_.wire_taken(sent < 0 ? bytes.size() : static_cast<std::size_t>(sent));
      session_.step(now());
    }
  }
  void tell() {
    if (session_.state() == phase::open && !told_open_) {
      told_open_ = true;
      const auto& f = session_.facts();
      std::cout << "open " << cellsock::tls::name(f.version) << " suite=" << suite_name(f.suite)
                << " resumed=" << f.resumed << " alpn=" << f.alpn << " verify=" << f.verify_flags
                << " peer=" << f.peer_subject << std::endl;
    }
    while (!session_.plain().empty()) {
      const auto bytes = session_.plain();
      got_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      session_.plain_taken(bytes.size());
      session_.step(now());
    }
    if (!told_got_ && got_.size() >= told_.expect && told_.expect != 0) {
      told_got_ = true;
      std::cout << "got " << got_ << std::endl;
    }
    if (told_open_ && (told_got_ || told_.expect == 0) && !session_.finished()) {
      session_.finish();
      session_.step(now());
      send_all();
    }
  }
  // A datagram peer may never say that it ends.
  [[nodiscard]] bool done() const {
    return session_.state() == phase::closed ||
           (session_.finished() && (!stream_ || session_.peer_finished()));
  }
  void wait_and_receive(std::chrono::steady_clock::time_point end) {
    auto until = end;
    if (const auto timer = session_.next_timer()) until = std::min(until, *timer);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) return;
    std::vector<std::byte> bytes(stream_ ? std::min<std::size_t>(session_.feed_room(), 4096)
                                         : 65536);
    if (bytes.empty()) return;
    const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got > 0) session_.feed(std::span(bytes).first(static_cast<std::size_t>(got)));
    if (got <= 0 && stream_) session_.feed_end();
  }

  int fd_;
  const told& told_;
  bool stream_;
  session session_;
  std::string got_;
  bool told_open_ = false;
  bool told_got_ = false;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(port);
  return where;
}

/// A connected socket: the client's own, or the next one that comes to the server.
class door {
public:
  explicit door(const told& t) : told_(t), kind_(t.protocol == "dtls" ? SOCK_DGRAM : SOCK_STREAM) {
    if (t.role != "server") return;
    open_server(t.port);
  }
  int next() {
    const auto peer = loopback(told_.port);
    if (told_.role == "client") {
      const int fd = ::socket(AF_INET, kind_, 0);
      if (::connect(fd, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0)
        give_up("cannot connect");
      return fd;
    }
    if (kind_ == SOCK_STREAM) return ::accept(listener_, nullptr, nullptr);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    char first = 0;
    (void)::recvfrom(listener_, &first, 1, MSG_PEEK, reinterpret_cast<sockaddr*>(&from), &size);
    if (::connect(listener_, reinterpret_cast<const sockaddr*>(&from), size) != 0)
      give_up("cannot answer");
    return listener_;
  }

private:
  void open_server(std::uint16_t port) {
    listener_ = ::socket(AF_INET, kind_, 0);
    const int on = 1;
    (void)::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto where = loopback(port);
    socklen_t size = sizeof where;
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    if (::bind(listener_, address, size) != 0 ||
        (kind_ == SOCK_STREAM && ::listen(listener_, 4) != 0) ||
        ::getsockname(listener_, address, &size) != 0)
      give_up("cannot listen");
    std::cout << "listening " << ntohs(where.sin_port) << std::endl;
  }

  const told& told_;
  int kind_;
  int listener_ = -1;
};

int run(const told& t) {
  auto random = system_random();
  if (!random) give_up(random.error().detail);
  const auto tickets = ticket_keys::make(**random);
  if (!tickets) give_up(tickets.error().detail);
  door at(t);
  secret last;
  bool good = true;
  for (unsigned i = 0; i < t.connections; ++i) {
    auto s = settings_of(t);
    s.resumption = last.copy();
    s.tickets = *tickets;
    const int fd = at.next();
    connection one(fd, t, std::move(s), *random);
    good = one.run() && good;
    last = one.take_resumption();
    ::close(fd);
  }
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  told t;
  CLI::App app("one end of TLS connections over the loopback");
  app.add_option("role", t.role)->required()->check(CLI::IsMember({"client", "server"}));
  app.add_option("--protocol", t.protocol)->check(CLI::IsMember({"tls", "tls1.3", "dtls"}));
  app.add_option("--port", t.port, "a server prints the one it was given");
  app.add_option("--ca", t.ca, "CA certificates of the peer");
  app.add_option("--cert", t.certificate);
  app.add_option("--key", t.key);
  app.add_option("--psk", t.psk);
  app.add_option("--identity", t.identity);
  app.add_option("--name", t.name, "whose certificate it must be; - for anybody's");
  app.add_option("--verify", t.verify)->check(CLI::IsMember({"none", "optional", "required"}));
  app.add_option("--suite", t.suites, "IANA numbers");
  app.add_option("--alpn", t.alpn);
  app.add_option("--send", t.send, "said once the connection is open");
  app.add_option("--expect", t.expect, "bytes to be received before it is ended");
  app.add_option("--connections", t.connections);
  app.add_flag("--resume", t.resume);
  CLI11_PARSE(app, argc, argv);
  return run(t);
}
