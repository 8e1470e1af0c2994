// SPDX-License-Identifier: Apache-2.0
// The other end of TLS and DTLS connections by bare mbedTLS: what the engine and the daemon are
// held against beside OpenSSL's programs. Nothing of ours is in it, so that no mistake is on both
// ends. Prints what happens, a line each; `--help` says what it can be told.
#include <arpa/inet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cookie.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/timing.h>
#include <mbedtls/version.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif

namespace {

constexpr std::uint32_t patience_ms = 30000;
constexpr std::size_t part_bytes = 4096;

struct told {
  std::string role;
  std::string protocol = "tls";
  std::uint16_t port = 0;
  std::string ca, certificate, key, psk, identity;
  std::string name;
  std::string verify = "required";
  std::vector<std::string> alpn;
  std::vector<int> suites;
  unsigned connections = 1;
  bool resume = false;
  std::string what = "talk";
  std::string send;
  std::size_t expect = 0;
  bool cut = false;
};

[[noreturn]] void give_up(const std::string& why) {
  std::cout << "error " << why << std::endl;
  std::exit(2);
}

std::string text_of(int problem) {
  std::array<char, 160> text{};
  mbedtls_strerror(problem, text.data(), text.size());
  return text.data();
}

void must(int problem, const std::string& what) {
  if (problem != 0) give_up(what + ": " + text_of(problem));
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// ---- the kernel's sockets ----

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(port);
  return where;
}

const sockaddr* any_form(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// A connected socket: the client's own, or the next one that comes to the server.
class door {
public:
  explicit door(const told& t)
      : t_(t), datagrams_(t.protocol == "dtls"), kind_(datagrams_ ? SOCK_DGRAM : SOCK_STREAM) {
    if (t.role == "server") listen();
  }
  int next() {
    if (t_.role == "server") return datagrams_ ? next_datagram_client() : accept_one();
    const int fd = ::socket(AF_INET, kind_, 0);
    const auto peer = loopback(t_.port);
    if (::connect(fd, any_form(peer), sizeof peer) != 0) give_up("cannot connect");
    return fd;
  }
  void done_with(int fd) const {
    if (fd != listener_) {
      ::close(fd);
      return;
    }
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    (void)::connect(fd, &nobody, sizeof nobody);
  }

private:
  void listen() {
    listener_ = ::socket(AF_INET, kind_, 0);
    const int on = 1;
    (void)::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto where = loopback(t_.port);
    socklen_t size = sizeof where;
    if (::bind(listener_, any_form(where), size) != 0 ||
        (!datagrams_ && ::listen(listener_, 4) != 0) ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
      give_up("cannot listen");
    std::cout << "listening " << ntohs(where.sin_port) << std::endl;
  }
  [[nodiscard]] int accept_one() const {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) give_up("cannot accept");
    return fd;
  }
  /// Who sends a handshake record; the last words of a client before it are nothing to answer.
  int next_datagram_client() {
    constexpr unsigned char handshake = 22;
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      unsigned char first = 0;
      const auto got =
          ::recvfrom(listener_, &first, 1, MSG_PEEK, reinterpret_cast<sockaddr*>(&from), &size);
      if (got == 1 && first == handshake) {
        if (::connect(listener_, any_form(from), size) != 0) give_up("cannot answer");
        return listener_;
      }
      (void)::recv(listener_, &first, 1, 0);
    }
  }

  const told& t_;
  bool datagrams_;
  int kind_;
  int listener_ = -1;
};

int send_some(void* context, const unsigned char* bytes, std::size_t size) {
  const auto sent = ::send(*static_cast<int*>(context), bytes, size, MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<int>(sent);
  // A datagram that nobody took is a lost one.
  return errno == ECONNREFUSED ? static_cast<int>(size) : MBEDTLS_ERR_NET_SEND_FAILED;
}

int receive_some(void* context, unsigned char* bytes, std::size_t size, std::uint32_t timeout_ms) {
  const int fd = *static_cast<int*>(context);
  for (;;) {
    pollfd waiting{fd, POLLIN, 0};
    const auto limit = timeout_ms == 0 ? patience_ms : timeout_ms;
    if (::poll(&waiting, 1, static_cast<int>(limit)) <= 0) return MBEDTLS_ERR_SSL_TIMEOUT;
    const auto got = ::recv(fd, bytes, size, 0);
    if (got >= 0) return static_cast<int>(got);
    if (errno != ECONNREFUSED) return MBEDTLS_ERR_NET_CONN_RESET;
  }
}

// ---- mbedTLS ----

/// What all connections of this program share.
class configuration {
public:
  explicit configuration(const told& t) : server_(t.role == "server") {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&random_);
    mbedtls_ssl_config_init(&conf_);
    mbedtls_x509_crt_init(&ca_);
    mbedtls_x509_crt_init(&own_);
    mbedtls_pk_init(&key_);
    mbedtls_ssl_cookie_init(&cookies_);
    mbedtls_ssl_ticket_init(&tickets_);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    if (psa_crypto_init() != PSA_SUCCESS) give_up("PSA cryptography");
#endif
    must(mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0), "entropy");
    must(mbedtls_ssl_config_defaults(
             &conf_, server_ ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
             t.protocol == "dtls" ? MBEDTLS_SSL_TRANSPORT_DATAGRAM : MBEDTLS_SSL_TRANSPORT_STREAM,
             MBEDTLS_SSL_PRESET_DEFAULT),
         "configuration");
    mbedtls_ssl_conf_rng(&conf_, mbedtls_ctr_drbg_random, &random_);
    mbedtls_ssl_conf_read_timeout(&conf_, patience_ms);
    set_version();
    set_credentials(t);
    set_choices(t);
  }
  ~configuration() {
    mbedtls_ssl_config_free(&conf_);
    mbedtls_ssl_ticket_free(&tickets_);
    mbedtls_ssl_cookie_free(&cookies_);
    mbedtls_pk_free(&key_);
    mbedtls_x509_crt_free(&own_);
    mbedtls_x509_crt_free(&ca_);
    mbedtls_ctr_drbg_free(&random_);
    mbedtls_entropy_free(&entropy_);
  }
  configuration(const configuration&) = delete;
  configuration& operator=(const configuration&) = delete;

  [[nodiscard]] const mbedtls_ssl_config* get() const {
    return &conf_;
  }
  [[nodiscard]] bool server() const {
    return server_;
  }
  /// Since the last call: did the peer come with a ticket of ours, was a certificate looked at?
  bool take_ticket_used() {
    return std::exchange(ticket_used_, false);
  }
  bool take_certificate_seen() {
    return std::exchange(certificate_seen_, false);
  }

private:
  void set_version() {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    mbedtls_ssl_conf_min_tls_version(&conf_, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(&conf_, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(&conf_, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(&conf_, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  }
  int parse_key(const std::string& path) {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_pk_parse_keyfile(&key_, path.c_str(), nullptr, mbedtls_ctr_drbg_random,
                                    &random_);
#else
    return mbedtls_pk_parse_keyfile(&key_, path.c_str(), nullptr);
#endif
  }
  void set_credentials(const told& t) {
    if (!t.ca.empty()) must(mbedtls_x509_crt_parse_file(&ca_, t.ca.c_str()), t.ca);
    mbedtls_ssl_conf_ca_chain(&conf_, &ca_, nullptr);
    mbedtls_ssl_conf_authmode(&conf_, t.verify == "none"       ? MBEDTLS_SSL_VERIFY_NONE
                                      : t.verify == "optional" ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                               : MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(&conf_, note_certificate, this);
    if (!t.certificate.empty()) {
      must(mbedtls_x509_crt_parse_file(&own_, t.certificate.c_str()), t.certificate);
      must(parse_key(t.key), t.key);
      must(mbedtls_ssl_conf_own_cert(&conf_, &own_, &key_), "certificate");
    }
    if (!t.psk.empty())
      must(mbedtls_ssl_conf_psk(&conf_, bytes_of(t.psk), t.psk.size(), bytes_of(t.identity),
                                t.identity.size()),
           "PSK");
  }
  void set_choices(const told& t) {
    for (const auto& name : t.alpn) alpn_.push_back(name.c_str());
    alpn_.push_back(nullptr);
    if (!t.alpn.empty()) must(mbedtls_ssl_conf_alpn_protocols(&conf_, alpn_.data()), "ALPN");
    suites_ = t.suites;
    suites_.push_back(0);
    if (!t.suites.empty()) mbedtls_ssl_conf_ciphersuites(&conf_, suites_.data());
    mbedtls_ssl_conf_session_tickets(&conf_, t.resume ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                      : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    if (server_ && t.resume) {
      must(mbedtls_ssl_ticket_setup(&tickets_, mbedtls_ctr_drbg_random, &random_,
                                    MBEDTLS_CIPHER_AES_256_GCM, 86400),
           "tickets");
      mbedtls_ssl_conf_session_tickets_cb(&conf_, write_ticket, read_ticket, this);
    }
    if (server_ && t.protocol == "dtls") {
      must(mbedtls_ssl_cookie_setup(&cookies_, mbedtls_ctr_drbg_random, &random_), "cookies");
      mbedtls_ssl_conf_dtls_cookies(&conf_, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check,
                                    &cookies_);
    }
  }
  static int note_certificate(void* self, mbedtls_x509_crt*, int, std::uint32_t*) {
    static_cast<configuration*>(self)->certificate_seen_ = true;
    return 0;
  }
  static int write_ticket(void* self, const mbedtls_ssl_session* session, unsigned char* start,
                          const unsigned char* end, std::size_t* size, std::uint32_t* lifetime) {
    return mbedtls_ssl_ticket_write(&static_cast<configuration*>(self)->tickets_, session, start,
                                    end, size, lifetime);
  }
  static int read_ticket(void* self, mbedtls_ssl_session* session, unsigned char* bytes,
                         std::size_t size) {
    auto& mine = *static_cast<configuration*>(self);
    const int problem = mbedtls_ssl_ticket_parse(&mine.tickets_, session, bytes, size);
    mine.ticket_used_ = problem == 0;
    return problem;
  }

  bool server_;
  bool ticket_used_ = false;
  bool certificate_seen_ = false;
  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context random_;
  mbedtls_ssl_config conf_;
  mbedtls_x509_crt ca_, own_;
  mbedtls_pk_context key_;
  mbedtls_ssl_cookie_ctx cookies_;
  mbedtls_ssl_ticket_context tickets_;
  std::vector<const char*> alpn_;
  std::vector<int> suites_;
};

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
      const int problem = mbedtls_ssl_handshake(&ssl_);
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
    const int got = mbedtls_ssl_read(&ssl_, bytes.data(), bytes.size());
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
    int problem = write_all(t_.send);
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
  app.add_option("--expect", t.expect, "bytes that come before it is ended");
  app.add_flag("--cut", t.cut, "end without close_notify");
  CLI11_PARSE(app, argc, argv);
  return run(t);
}
