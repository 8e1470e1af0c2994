// SPDX-License-Identifier: Apache-2.0
// The other end of TLS and DTLS connections by bare mbedTLS: what the engine and the daemon are
// held against beside OpenSSL's programs. Nothing of ours is in it, so that no mistake is on both
// ends. Prints what happens, a line each; `--help` says what it can be told.
#include <mbedtls/timing.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string>

#include "tests/support/mbedtls_peer_configuration.hpp"
#include "tests/support/mbedtls_peer_door.hpp"

using namespace bare;

namespace {

/// What a client may come back with.
class kept_session {
public:
  kept_session() { mbedtls_ssl_session_init(&session_); }
  ~kept_session() { mbedtls_ssl_session_free(&session_); }
  kept_session(const kept_session&) = delete;
  kept_session& operator=(const kept_session&) = delete;
  void keep(const mbedtls_ssl_context& ssl) {
    mbedtls_ssl_session_free(&session_);
    mbedtls_ssl_session_init(&session_);
    full_ = mbedtls_ssl_get_session(&ssl, &session_) == 0;
  }
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] const mbedtls_ssl_session* get() const { return &session_; }

private:
  mbedtls_ssl_session session_;
  bool full_ = false;
};

/// One connection, from its socket to its end.
class connection {
public:
  connection(int fd, const told& t, configuration& with, kept_session& kept)
      : fd_(fd), t_(t), with_(with), kept_(kept), datagrams_(t.protocol == "dtls") {
    mbedtls_ssl_init(&ssl_);
    must(mbedtls_ssl_setup(&ssl_, with.get()), "connection");
    mbedtls_ssl_set_bio(&ssl_, &fd_, send_some, nullptr, receive_some);
    mbedtls_ssl_set_timer_cb(&ssl_, &timer_, mbedtls_timing_set_delay, mbedtls_timing_get_delay);
    if (!with.server())
      must(mbedtls_ssl_set_hostname(&ssl_, t.name.empty() ? nullptr : t.name.c_str()), "name");
    if (!with.server() && t.resume && kept.full()) {
      offered_ = true;
      must(mbedtls_ssl_set_session(&ssl_, kept.get()), "session");
    }
  }
  ~connection() { mbedtls_ssl_free(&ssl_); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// True: it ended in order.
  bool run() {
    (void)with_.take_ticket_used();
    (void)with_.take_certificate_seen();
    const int problem = shake_hands();
    if (problem != 0) return failed(problem);
    tell_open();
    if (t_.resume && !with_.server()) kept_.keep(ssl_);
    const int end = t_.what == "echo"            ? echo()
                    : t_.what == "answer-at-end" ? answer_at_end()
                                                 : talk();
    if (t_.cut) {
      std::cout << "cut" << std::endl;
      return true;
    }
    if (end != 0) return failed(end);
    (void)mbedtls_ssl_close_notify(&ssl_);
    return wait_for_the_peers_end();
  }

private:
  int shake_hands() {
    const std::string client = "whoever is at the other end";
    for (;;) {
      if (with_.server() && datagrams_)
        must(mbedtls_ssl_set_client_transport_id(&ssl_, bytes_of(client), client.size()), "client");
      int problem = MBEDTLS_ERR_SSL_WANT_READ;
      while (problem == MBEDTLS_ERR_SSL_WANT_READ) problem = mbedtls_ssl_handshake(&ssl_);
      if (problem != MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) return problem;
      must(mbedtls_ssl_session_reset(&ssl_), "again");
    }
  }
  void tell_open() {
    const bool resumed =
        with_.server() ? with_.take_ticket_used() : offered_ && !with_.take_certificate_seen();
    const auto* const alpn = mbedtls_ssl_get_alpn_protocol(&ssl_);
    std::cout << "open " << mbedtls_ssl_get_version(&ssl_)
              << " suite=" << mbedtls_ssl_get_ciphersuite(&ssl_) << " resumed=" << resumed
              << " alpn=" << (alpn == nullptr ? "" : alpn)
              << " verify=" << mbedtls_ssl_get_verify_result(&ssl_) << " peer=" << peer_subject()
              << std::endl;
  }
  [[nodiscard]] std::string peer_subject() const {
    const auto* const crt = mbedtls_ssl_get_peer_cert(&ssl_);
    if (crt == nullptr) return "";
    std::array<char, 256> text{};
    (void)mbedtls_x509_dn_gets(text.data(), text.size(), &crt->subject);
    return text.data();
  }
  bool failed(int problem) {
    std::cout << "failed " << text_of(problem) << std::endl;
    return false;
  }

  /// 0, or why not.
  int write_all(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto size = datagrams_ ? text.size() : std::min<std::size_t>(text.size() - at, 16384);
      const int sent = mbedtls_ssl_write(&ssl_, bytes_of(text) + at, size);
      if (sent < 0) return sent;
      at += static_cast<std::size_t>(sent);
    }
    return 0;
  }
  /// What came, nothing at the peer's orderly end.
  std::optional<std::string> read_some(int& problem) {
    std::array<unsigned char, part_bytes> bytes;
    int got = MBEDTLS_ERR_SSL_WANT_READ;  // a flight was sent again
    while (got == MBEDTLS_ERR_SSL_WANT_READ)
      got = mbedtls_ssl_read(&ssl_, bytes.data(), bytes.size());
    if (got > 0) return std::string(bytes.begin(), bytes.begin() + got);
    if (got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
      peer_ended_ = true;
      return std::string();
    }
    problem = got == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : got;
    return std::nullopt;
  }
  /// Until `enough` bytes or the peer's end.
  std::string read_until(std::size_t enough, int& problem) {
    std::string all;
    while (all.size() < enough && !peer_ended_) {
      const auto part = read_some(problem);
      if (!part) break;
      all += *part;
    }
    return all;
  }

  int talk() {
    int problem = 0;
    for (unsigned i = 0; i < t_.repeat && problem == 0; ++i) problem = write_all(t_.send);
    if (problem != 0 || t_.expect == 0) return problem;
    const auto got = read_until(t_.expect, problem);
    if (problem == 0) std::cout << "got " << got << std::endl;
    return problem;
  }
  int echo() {
    int problem = 0;
    std::size_t count = 0;
    for (;;) {
      const auto part = read_some(problem);
      if (!part) return problem;
      if (part->empty()) break;
      count += part->size();
      problem = write_all(*part);
      if (problem != 0) return problem;
      if (t_.expect != 0 && count >= t_.expect) break;
    }
    std::cout << "echoed " << count << std::endl;
    return 0;
  }
  int answer_at_end() {
    int problem = 0;
    const auto all = read_until(SIZE_MAX, problem);
    if (problem != 0) return problem;
    std::cout << "answering " << all.size() << std::endl;
    return write_all(all);
  }
  /// A datagram peer may never say that it ends.
  bool wait_for_the_peers_end() {
    int problem = 0;
    while (!datagrams_ && !peer_ended_)
      if (!read_some(problem)) return failed(problem);
    std::cout << "closed" << std::endl;
    return true;
  }

  int fd_;
  const told& t_;
  configuration& with_;
  kept_session& kept_;
  bool datagrams_;
  bool offered_ = false;
  bool peer_ended_ = false;
  mbedtls_timing_delay_context timer_{};
  mbedtls_ssl_context ssl_;
};

int run(const told& t) {
  configuration with(t);
  kept_session kept;
  door at(t);
  bool good = true;
  for (unsigned i = 0; i < t.connections; ++i) {
    const int fd = at.next();
    {
      connection one(fd, t, with, kept);
      good = one.run() && good;
    }
    at.done_with(fd);
  }
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  told t;
  CLI::App app("one end of TLS connections over the loopback, by mbedTLS alone");
  app.add_option("role", t.role)->required()->check(CLI::IsMember({"client", "server"}));
  app.add_option("--protocol", t.protocol)->check(CLI::IsMember({"tls", "dtls"}));
  app.add_option("--port", t.port, "a server prints the one it was given");
  app.add_option("--ca", t.ca, "CA certificates of the peer");
  app.add_option("--cert", t.certificate, "with its issuers behind it");
  app.add_option("--key", t.key);
  app.add_option("--psk", t.psk);
  app.add_option("--identity", t.identity);
  app.add_option("--name", t.name, "whose certificate it must be; without it anybody's");
  app.add_option("--verify", t.verify)->check(CLI::IsMember({"none", "optional", "required"}));
  app.add_option("--suite", t.suites, "IANA numbers");
  app.add_option("--alpn", t.alpn);
  app.add_option("--connections", t.connections);
  app.add_flag("--resume", t.resume, "by tickets");
  app.add_option("--do", t.what,
                 "once it is open: talk says and waits for what is expected; echo sends back what "
                 "comes; answer-at-end does when the peer has ended its direction")
      ->check(CLI::IsMember({"talk", "echo", "answer-at-end"}));
  app.add_option("--send", t.send, "talk: said first");
  app.add_option("--repeat", t.repeat, "talk: so many times");
  app.add_option("--expect", t.expect, "bytes that come before it is ended");
  app.add_flag("--cut", t.cut, "end without close_notify");
  CLI11_PARSE(app, argc, argv);
  return run(t);
}
