// SPDX-License-Identifier: Apache-2.0
// The engine against mbedTLS by itself in the same run: both ends in memory, the same suite, the
// same keys. Ratios above 1: faster than bare; the bare loop keeps its keys parsed, the engine
// parses them anew for each session.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "stack/tls/mbedtls_version.hpp"
#include "stack/tls/session.hpp"
#include "tests/support/pki.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr int suite = 0xC02B;  // ECDHE-ECDSA-AES128-GCM
constexpr std::size_t bulk_bytes = 64U << 20;
constexpr std::size_t chunk_bytes = 4096;  // a link's chunk
constexpr int handshakes = 60;
constexpr int rounds = 5;

double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "tls_bench: %s\n", what);
  std::exit(1);
}

// ---- bare ----

/// One direction's bytes in memory.
struct pipe_bytes {
  std::vector<unsigned char> bytes;
  std::size_t from = 0;
};

struct bare_end {
  mbedtls_ssl_config conf{};
  mbedtls_ssl_context ssl{};
  pipe_bytes* in = nullptr;
  pipe_bytes* out = nullptr;

  static int send(void* self, const unsigned char* bytes, std::size_t size) {
    auto& to = *static_cast<bare_end*>(self)->out;
    to.bytes.insert(to.bytes.end(), bytes, bytes + size);
    return static_cast<int>(size);
  }
  static int receive(void* self, unsigned char* out, std::size_t size) {
    auto& of = *static_cast<bare_end*>(self)->in;
    const auto take = std::min(size, of.bytes.size() - of.from);
    if (take == 0) return MBEDTLS_ERR_SSL_WANT_READ;
    std::memcpy(out, of.bytes.data() + of.from, take);
    of.from += take;
    if (of.from == of.bytes.size()) of.bytes.clear(), of.from = 0;
    return static_cast<int>(take);
  }
};

/// Keys parsed once, as a program by itself would.
class bare_keys {
public:
  bare_keys() {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&random);
    mbedtls_x509_crt_init(&roots);
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
    if (!mbed::prepare() ||
        mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy_, nullptr, 0) != 0)
      give_up("no entropy");
    const auto own = test::identity("server_ec.chain.pem", "server_ec.key.pem");
    add(roots, *test::trusting("root_ec.cert.pem").ca);
    add(chain, *own.own_certificate);
    if (mbed::parse_key(key, own.private_key->key.view()) != 0) give_up("the key");
  }
  mbedtls_ctr_drbg_context random{};
  mbedtls_x509_crt roots{};
  mbedtls_x509_crt chain{};
  mbedtls_pk_context key{};

private:
  static void add(mbedtls_x509_crt& to, const credential& from) {
    for (const auto& c : from.certificates)
      if (mbedtls_x509_crt_parse_der(&to, reinterpret_cast<const unsigned char*>(c.der.data()),
                                     c.der.size()) != 0)
        give_up("a certificate");
  }
  mbedtls_entropy_context entropy_{};
};

class bare_pair {
public:
  explicit bare_pair(bare_keys& keys) {
    set_up(client, keys, MBEDTLS_SSL_IS_CLIENT);
    set_up(server, keys, MBEDTLS_SSL_IS_SERVER);
    client.out = server.in = &there_;
    client.in = server.out = &back_;
    mbedtls_ssl_conf_ca_chain(&client.conf, &keys.roots, nullptr);
    if (mbedtls_ssl_conf_own_cert(&server.conf, &keys.chain, &keys.key) != 0) give_up("own cert");
    for (auto* end : {&client, &server})
      if (mbedtls_ssl_setup(&end->ssl, &end->conf) != 0) give_up("setup");
    if (mbedtls_ssl_set_hostname(&client.ssl, "server.test") != 0) give_up("hostname");
  }
  ~bare_pair() {
    for (auto* end : {&client, &server}) {
      mbedtls_ssl_free(&end->ssl);
      mbedtls_ssl_config_free(&end->conf);
    }
  }
  bare_pair(const bare_pair&) = delete;
  bare_pair& operator=(const bare_pair&) = delete;

  void shake_hands() {
    for (int i = 0; i < 100; ++i) {
      const int c = mbedtls_ssl_handshake(&client.ssl);
      const int s = mbedtls_ssl_handshake(&server.ssl);
      if (c == 0 && s == 0) return;
      for (const int code : {c, s})
        if (code != 0 && code != MBEDTLS_ERR_SSL_WANT_READ) give_up("the bare handshake");
    }
    give_up("the bare handshake does not end");
  }
  void carry(std::size_t total) {
    std::vector<unsigned char> out(chunk_bytes, 'x');
    std::vector<unsigned char> in(chunk_bytes);
    for (std::size_t done = 0; done < total;) {
      if (mbedtls_ssl_write(&client.ssl, out.data(), out.size()) != static_cast<int>(out.size()))
        give_up("a bare write");
      for (std::size_t got = 0; got < out.size();) {
        const int code = mbedtls_ssl_read(&server.ssl, in.data(), in.size());
        if (code <= 0) give_up("a bare read");
        got += static_cast<std::size_t>(code);
      }
      done += out.size();
    }
  }

private:
  void set_up(bare_end& end, bare_keys& keys, int role) {
    static constexpr int suites[] = {suite, 0};
    mbedtls_ssl_config_init(&end.conf);
    mbedtls_ssl_init(&end.ssl);
    if (mbedtls_ssl_config_defaults(&end.conf, role, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
      give_up("defaults");
    mbed::set_versions(end.conf, version::tls_1_2, version::tls_1_2);
    mbed::set_groups(end.conf);
    mbedtls_ssl_conf_ciphersuites(&end.conf, suites);
    mbedtls_ssl_conf_rng(&end.conf, mbedtls_ctr_drbg_random, &keys.random);
    mbedtls_ssl_set_bio(&end.ssl, &end, bare_end::send, bare_end::receive, nullptr);
  }

  bare_end client;
  bare_end server;
  pipe_bytes there_;
  pipe_bytes back_;
};

// ---- the engine ----

class engine_pair {
public:
  engine_pair(const tag_contents& roots, const tag_contents& own,
              const std::shared_ptr<random_source>& random)
      : client_(client_settings(roots), random), server_(server_settings(own), random) {}

  void shake_hands() {
    for (int i = 0; i < 1000; ++i) {
      client_.step(now_);
      server_.step(now_);
      if (client_.state() == phase::open && server_.state() == phase::open) return;
      const bool there = move(client_, server_);
      const bool back = move(server_, client_);
      if (!there && !back) break;
    }
    give_up(client_.why().detail.c_str());
  }
  void carry(std::size_t total) {
    const std::vector<std::byte> out(chunk_bytes, std::byte{'x'});
    std::vector<std::byte> in(chunk_bytes);
    for (std::size_t done = 0; done < total; done += out.size()) {
      if (client_.write(out) != out.size()) give_up("a write");
      client_.step(now_);
      move(client_, server_);
      server_.step(now_);
      const auto got = server_.plain();
      if (got.size() != out.size()) give_up("a read");
      std::memcpy(in.data(), got.data(), got.size());
      server_.plain_taken(got.size());
    }
  }

private:
  static settings client_settings(const tag_contents& roots) {
    settings s;
    s.tags = {roots};
    s.name = {peer_name::rule::checked, "server.test"};
    s.suites = {suite};
    return s;
  }
  static settings server_settings(const tag_contents& own) {
    settings s;
    s.as = role::server;
    s.verify = peer_verify::none;
    s.tags = {own};
    s.suites = {suite};
    return s;
  }
  static bool move(session& from, session& to) {
    const auto bytes = from.wire();
    if (bytes.empty()) return false;
    from.wire_taken(to.feed(bytes));
    return true;
  }

  session client_;
  session server_;
  moment now_{clock_type::now(), test::today};
};

/// The best of some rounds each, taken by turns, so that a busy machine troubles both alike.
template <class Bare, class Engine>
double ratio_of(Bare bare, Engine engine) {
  double best_bare = 1e9;
  double best_engine = 1e9;
  for (int i = 0; i < rounds; ++i) {
    auto start = clock_type::now();
    bare();
    best_bare = std::min(best_bare, seconds_since(start));
    start = clock_type::now();
    engine();
    best_engine = std::min(best_engine, seconds_since(start));
  }
  std::fprintf(stderr, "bare %.3f s, engine %.3f s\n", best_bare, best_engine);
  return best_bare / best_engine;
}

}  // namespace

int main() {
  bare_keys keys;
  const auto roots = test::trusting("root_ec.cert.pem");
  const auto own = test::identity("server_ec.chain.pem", "server_ec.key.pem");
  const auto random = system_random();
  if (!random) give_up("no entropy");
  bare_pair bare(keys);
  bare.shake_hands();
  engine_pair engine(roots, own, *random);
  engine.shake_hands();
  const auto bulk = ratio_of([&] { bare.carry(bulk_bytes); }, [&] { engine.carry(bulk_bytes); });
  const auto handshake = ratio_of(
      [&] {
        for (int i = 0; i < handshakes; ++i) bare_pair(keys).shake_hands();
      },
      [&] {
        for (int i = 0; i < handshakes; ++i) engine_pair(roots, own, *random).shake_hands();
      });
  std::printf("{\"bulk_ratio\": %.3f, \"handshake_ratio\": %.3f}\n", bulk, handshake);
  return 0;
}
