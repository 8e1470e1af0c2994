// SPDX-License-Identifier: Apache-2.0
// Two sessions in memory, and between them somebody who alters, repeats, withholds, cuts and adds
// what either side sends. Whatever arrives as plaintext was written so by the other side, and every
// handshake that began ends.
#include <cstdint>
#include <cstdlib>

#include "tests/support/session_pair.hpp"

using namespace cellsock;

namespace {

/// The input: one byte for the kind of connection, then commands of three bytes each.
class commands {
public:
  explicit commands(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  std::uint8_t next() {
    if (rest_.empty()) return 0;
    const auto value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }

private:
  std::span<const std::uint8_t> rest_;
};

tls::settings settings_of(std::uint8_t kind, bool server) {
  const auto over = (kind & 1) != 0 ? transport::datagram : transport::stream;
  auto s = server ? test::server_settings(over) : test::client_settings(over);
  static const auto key = test::psk();
  static const auto own = s.tags;
  static const auto roots = test::trusting();
  static const auto client = test::identity("client_ec.cert.pem", "client_ec.key.pem");
  if ((kind & 2) != 0) s.tags = {key};
  if ((kind & 6) == 4) {
    s.tags.push_back(server ? roots : client);
    if (server) s.verify = tls::peer_verify::required;
  }
  s.resume = (kind & 8) != 0;
  return s;
}

/// Carries one piece from one to the other, as the next command says.
bool carry(tls::session& from, tls::session& to, commands& input) {
  const auto waiting = from.wire();
  if (waiting.empty()) return false;
  std::vector<std::byte> bytes(waiting.begin(), waiting.end());
  from.wire_taken(bytes.size());
  const auto command = input.next();
  const std::size_t at = input.next() % bytes.size();
  const std::byte value{input.next()};
  switch (command % 8) {
    case 1: bytes[at] ^= value; break;
    case 2: bytes.resize(at); break;
    case 3: bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), value); break;
    case 4: to.feed(bytes); break;    // twice
    case 5: return true;              // not at all
    case 6: from.feed(bytes); break;  // and back to its sender
    case 7: bytes[bytes.size() - 1 - at] = value; break;
    default: break;
  }
  to.feed(bytes);
  return true;
}

void check_plain(tls::session& of, std::string_view written, bool stream) {
  const auto got = test::session_pair::take(of);
  if (stream ? !written.starts_with(got) : !(got.empty() || got == written)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  commands input({data + 1, size - 1});
  const bool stream = (data[0] & 1) == 0;
  test::session_pair pair(settings_of(data[0], false), settings_of(data[0], true));
  pair.client.write(test::bytes_of("to the server"));
  pair.server.write(test::bytes_of("to the client"));
  const auto end = pair.now.at + std::chrono::minutes(10);
  for (int idle = 0; idle < 2;) {
    pair.client.step(pair.now);
    pair.server.step(pair.now);
    const bool there = carry(pair.client, pair.server, input);
    const bool back = carry(pair.server, pair.client, input);
    if (there || back) {
      idle = 0;
      continue;
    }
    auto next = pair.client.next_timer();
    if (const auto other = pair.server.next_timer(); other && (!next || *other < *next))
      next = other;
    if (next) pair.now.at = std::max(pair.now.at, *next);
    idle = next ? 0 : idle + 1;
    if (pair.now.at > end) std::abort();
  }
  if (pair.client.state() == tls::phase::handshaking) std::abort();
  // A DTLS server waits for ever for somebody who shows his address, and holds nothing for him.
  if (pair.server.state() == tls::phase::handshaking && (stream || pair.server.address_shown()))
    std::abort();
  check_plain(pair.client, "to the client", stream);
  check_plain(pair.server, "to the server", stream);
  return 0;
}
