// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "stack/tls/configuration.hpp"
#include "stack/tls/cookies.hpp"
#include "stack/tls/flight_timer.hpp"
#include "stack/tls/session.hpp"
#include "stack/tls/verifier.hpp"
#include "stack/tls/wire_queue.hpp"

namespace cellsock::tls {

/// What is behind a session; never moves, for mbedTLS points into it.
struct session::engine {
  engine(settings with, std::shared_ptr<random_source> from);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // engine.cpp: the machine.
  bool step(const moment& time, unsigned handshake_steps_max);
  void begin();
  [[nodiscard]] status choose_connection_id();
  bool shake_hands(unsigned steps_max);
  void opened();
  void begin_again();
  void expect(std::vector<std::byte> peer_address);
  void pump();
  bool pump_out();
  bool pump_in();
  void say_finished();
  void end_if_done();
  void fail_with(failure why);
  void fail_by(int code);
  void release();

  // engine_facts.cpp: what is asked of it.
  void learn_facts();
  void keep_resumption();
  [[nodiscard]] result<secret> save();
  [[nodiscard]] status load(const secret& saved);

  // engine_callbacks.cpp: what mbedTLS calls.
  [[nodiscard]] status connect_library();
  static int random_bytes(void* self, unsigned char* out, std::size_t size);
  static int send_bytes(void* self, const unsigned char* bytes, std::size_t size);
  static int receive_bytes(void* self, unsigned char* out, std::size_t size);
  static void set_timer(void* self, std::uint32_t middle_ms, std::uint32_t final_ms);
  static int get_timer(void* self);
  static int verify(void* self, mbedtls_x509_crt* crt, int depth, std::uint32_t* flags);
  static int write_cookie(void* self, unsigned char** out, unsigned char* end,
                          const unsigned char* client, std::size_t client_size);
  static int check_cookie(void* self, const unsigned char* cookie, std::size_t size,
                          const unsigned char* client, std::size_t client_size);
  static int write_ticket(void* self, const mbedtls_ssl_session* session, unsigned char* out,
                          const unsigned char* end, std::size_t* size, std::uint32_t* lifetime);
  static int read_ticket(void* self, mbedtls_ssl_session* session, unsigned char* ticket,
                         std::size_t size);

  settings how;
  std::shared_ptr<random_source> random;
  moment now{};

  configuration conf;
  mbedtls_ssl_context ssl{};
  verifier judge{how};
  tls::cookies cookie_maker;
  flight_timer timer;

  wire_queue wire_in{how.kind};
  wire_queue wire_out{how.kind};
  wire_queue plain_in{how.kind};
  wire_queue plain_out{how.kind};
  std::size_t writing = 0;  // bytes of a record that mbedTLS has begun to write

  phase at = phase::handshaking;
  bool begun = false;
  bool address_shown = true;    // false: a datagram server's client that has yet to
  bool hello_held = false;      // a client's that began anew: the next step's
  bool full_handshake = false;  // certificates' turn came: nothing was resumed
  bool wire_ended = false;
  bool finish_wanted = false;
  bool finish_said = false;
  bool peer_done = false;
  bool no_entropy = false;
  std::optional<time_point> deadline = {};
  failure reason{errc::none};
  tls::facts known = {};
  secret resumption = {};
  std::uint64_t too_big = 0;
  std::uint64_t forged = 0;
  std::uint64_t reconnects = 0;
};

/// A session in mbedTLS's own serial form, and back.
[[nodiscard]] secret serial_form(const mbedtls_ssl_session& session);

}  // namespace cellsock::tls
