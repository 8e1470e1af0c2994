// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/session.hpp"

#include <algorithm>

#include "stack/tls/engine.hpp"

namespace cellsock::tls {

session::session(settings how, std::shared_ptr<random_source> random)
    : engine_(std::make_unique<engine>(std::move(how), std::move(random))) {}
session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

std::size_t session::feed(std::span<const std::byte> bytes) {
  if (bytes.empty()) return 0;  // a datagram that says nothing; mbedTLS would take it for the end
  return engine_->wire_in.push(bytes);
}
std::size_t session::feed_room() const {
  return engine_->wire_in.room();
}
void session::feed_end() {
  engine_->wire_ended = true;
}
std::span<const std::byte> session::wire() const {
  return engine_->wire_out.front();
}
void session::wire_taken(std::size_t bytes) {
  engine_->wire_out.pop(bytes);
}

std::size_t session::write(std::span<const std::byte> bytes) {
  // After its end nothing more can be said; an empty record would say nothing.
  if (engine_->finish_wanted || bytes.empty()) return 0;
  return engine_->plain_out.push(bytes);
}
std::size_t session::write_room() const {
  return engine_->finish_wanted ? 0 : engine_->plain_out.room();
}
void session::finish() {
  engine_->finish_wanted = true;
  if (engine_->at == phase::handshaking) {
    engine_->at = phase::closed;  // there is nothing yet to end in order
    engine_->release();
  }
}
std::span<const std::byte> session::plain() const {
  return engine_->plain_in.front();
}
void session::plain_taken(std::size_t bytes) {
  engine_->plain_in.pop(bytes);
}
bool session::peer_finished() const {
  return engine_->peer_done;
}
bool session::finished() const {
  return engine_->finish_said;
}

bool session::address_shown() const {
  return engine_->address_shown;
}
void session::expect(std::vector<std::byte> peer_address) {
  if (!engine_->address_shown) engine_->expect(std::move(peer_address));
}

bool session::step(const moment& now, unsigned handshake_steps_max) {
  return engine_->step(now, handshake_steps_max);
}

std::optional<session::time_point> session::next_timer() const {
  const auto& e = *engine_;
  if (e.at != phase::handshaking && e.at != phase::open) return std::nullopt;
  auto next = e.timer.due();
  if (e.deadline) next = next ? std::min(*next, *e.deadline) : *e.deadline;
  return next;
}

bool session::heavy() const {
  return engine_->at == phase::handshaking &&
         (!engine_->begun || engine_->hello_held || !engine_->wire_in.empty());
}
phase session::state() const {
  return engine_->at;
}
const failure& session::why() const {
  return engine_->reason;
}
const tls::facts& session::facts() const {
  return engine_->known;
}

tls::counters session::counters() const {
  const auto& e = *engine_;
  return {e.wire_in.refused(), e.plain_out.refused(), e.too_big, e.forged, e.reconnects};
}

std::size_t session::datagram_bytes_max() const {
  if (engine_->at != phase::open || engine_->how.kind != transport::datagram) return 0;
  const int longest = mbedtls_ssl_get_max_out_record_payload(&engine_->ssl);
  return longest < 0 ? 0 : static_cast<std::size_t>(longest);
}

std::size_t session::record_overhead() const {
  if (engine_->at != phase::open) return limits::tls_record_overhead_max;
  const int expansion = mbedtls_ssl_get_record_expansion(&engine_->ssl);
  return expansion < 0 ? limits::tls_record_overhead_max : static_cast<std::size_t>(expansion);
}

secret session::take_resumption() {
  return std::exchange(engine_->resumption, {});
}
result<secret> session::save() {
  return engine_->save();
}
status session::load(const secret& saved) {
  return engine_->load(saved);
}

}  // namespace cellsock::tls
