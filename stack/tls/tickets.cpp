// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/tickets.hpp"

#include <mbedtls/gcm.h>

#include "stack/limits.hpp"

namespace cellsock::tls {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t head_bytes = 4 + 8;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
static_assert(ticket_keys::overhead == head_bytes + nonce_bytes + tag_bytes);

class cipher {
public:
  explicit cipher(const secret& key) {
    mbedtls_gcm_init(&gcm_);
    ready_ = mbedtls_gcm_setkey(&gcm_, MBEDTLS_CIPHER_ID_AES, data(key.view()), key_bytes * 8) == 0;
  }
  ~cipher() { mbedtls_gcm_free(&gcm_); }
  cipher(const cipher&) = delete;
  cipher& operator=(const cipher&) = delete;

  bool seal(std::span<const std::byte> head, std::span<const std::byte> nonce,
            std::span<const std::byte> plain, std::byte* out, std::byte* tag) {
    return ready_ &&
           mbedtls_gcm_crypt_and_tag(&gcm_, MBEDTLS_GCM_ENCRYPT, plain.size(), data(nonce),
                                     nonce.size(), data(head), head.size(), data(plain),
                                     reinterpret_cast<unsigned char*>(out), tag_bytes,
                                     reinterpret_cast<unsigned char*>(tag)) == 0;
  }
  bool open(std::span<const std::byte> head, std::span<const std::byte> nonce,
            std::span<const std::byte> sealed, std::span<const std::byte> tag, std::byte* out) {
    return ready_ &&
           mbedtls_gcm_auth_decrypt(&gcm_, sealed.size(), data(nonce), nonce.size(), data(head),
                                    head.size(), data(tag), tag.size(), data(sealed),
                                    reinterpret_cast<unsigned char*>(out)) == 0;
  }

private:
  static const unsigned char* data(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
  }
  mbedtls_gcm_context gcm_{};
  bool ready_ = false;
};

void put(std::span<std::byte> out, std::uint64_t value) {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8)
    out[i] = std::byte{static_cast<unsigned char>(value)};
}
std::uint64_t get(std::span<const std::byte> in) {
  std::uint64_t value = 0;
  for (const auto b : in) value = (value << 8) | std::to_integer<std::uint64_t>(b);
  return value;
}

}  // namespace

result<std::shared_ptr<const ticket_keys>> ticket_keys::make(random_source& random,
                                                             const ticket_keys* old) {
  auto made = std::make_shared<ticket_keys>();
  std::array<std::byte, 4> number{};
  made->current_.bytes = secret(key_bytes);
  if (!random.fill(number) || !random.fill(made->current_.bytes.room()))
    return fail(errc::no_entropy, "keys for session tickets");
  made->current_.name = static_cast<std::uint32_t>(get(number));
  if (old != nullptr) made->before_ = key{old->current_.name, old->current_.bytes.copy()};
  return std::shared_ptr<const ticket_keys>(std::move(made));
}

std::optional<std::size_t> ticket_keys::seal(std::span<const std::byte> session, calendar_time now,
                                             random_source& random,
                                             std::span<std::byte> out) const {
  const auto size = session.size() + overhead;
  if (out.size() < size) return std::nullopt;
  const auto head = out.first(head_bytes);
  const auto nonce = out.subspan(head_bytes, nonce_bytes);
  put(head.first(4), current_.name);
  put(head.subspan(4), static_cast<std::uint64_t>(now.time_since_epoch().count()));
  if (!random.fill(nonce)) return std::nullopt;
  auto* const body = out.data() + head_bytes + nonce_bytes;
  if (!cipher(current_.bytes).seal(head, nonce, session, body, body + session.size()))
    return std::nullopt;
  return size;
}

std::optional<secret> ticket_keys::open(std::span<const std::byte> ticket,
                                        calendar_time now) const {
  if (ticket.size() <= overhead) return std::nullopt;
  const auto head = ticket.first(head_bytes);
  const auto name = static_cast<std::uint32_t>(get(head.first(4)));
  const auto* const known = name == current_.name              ? &current_
                            : before_ && name == before_->name ? &*before_
                                                               : nullptr;
  if (known == nullptr) return std::nullopt;
  const auto nonce = ticket.subspan(head_bytes, nonce_bytes);
  const auto sealed = ticket.subspan(head_bytes + nonce_bytes, ticket.size() - overhead);
  secret plain(sealed.size());
  if (!cipher(known->bytes).open(head, nonce, sealed, ticket.last(tag_bytes), plain.room().data()))
    return std::nullopt;
  const calendar_time made{std::chrono::seconds(static_cast<std::int64_t>(get(head.subspan(4))))};
  if (now < made || now - made > limits::tls_ticket_age_max) return std::nullopt;
  return plain;
}

}  // namespace cellsock::tls
