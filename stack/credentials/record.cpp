// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/record.hpp"

#include <algorithm>
#include <array>

#include "stack/limits.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock {
namespace {

constexpr std::array magic{std::byte{'C'}, std::byte{'S'}, std::byte{'C'}, std::byte{'R'}};
constexpr unsigned format_version = 1;
constexpr std::size_t sum_bytes = 32;

using sum = std::array<std::byte, sum_bytes>;

sum sum_of(std::span<const std::byte> bytes) {
  sum out{};
  (void)mbed::sha256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

template <std::size_t Size>
void put(secret& out, std::uint64_t value) {
  std::array<std::byte, Size> bytes{};
  for (std::size_t i = Size; i-- > 0; value >>= 8)
    bytes[i] = std::byte{static_cast<unsigned char>(value)};
  out.append(bytes);
}

/// Takes from the front; remembers where it stopped being possible.
class reader {
public:
  explicit reader(std::span<const std::byte> bytes) : all_(bytes) {}

  template <std::size_t Size>
  bool take(std::uint64_t& value) {
    const auto bytes = take(Size);
    if (bytes.size() != Size) return false;
    value = 0;
    for (const auto b : bytes) value = (value << 8) | std::to_integer<std::uint64_t>(b);
    return true;
  }
  /// Shorter than asked for at the end.
  std::span<const std::byte> take(std::size_t size) {
    const auto part = all_.subspan(at_, std::min(size, all_.size() - at_));
    if (part.size() == size) at_ += size;
    return part;
  }
  bool take(credential_origin& origin) {
    std::uint64_t added = 0;
    std::uint64_t bits = 0;
    std::uint64_t sha1 = 0;
    if (!take<8>(added) || !take<4>(bits) || !take<1>(sha1) || sha1 > 1) return false;
    const auto digest = take(origin.sha256.size());
    if (digest.size() != origin.sha256.size()) return false;
    std::copy(digest.begin(), digest.end(), origin.sha256.begin());
    origin.added = calendar_time{std::chrono::seconds(static_cast<std::int64_t>(added))};
    origin.rsa_bits_min = static_cast<unsigned>(bits);
    origin.sha1_allowed = sha1 == 1;
    return true;
  }
  [[nodiscard]] bool done() const { return at_ == all_.size(); }
  [[nodiscard]] failure wrong(std::string_view what) const {
    return fail(errc::malformed,
                "credential file: " + std::string(what) + " at byte " + std::to_string(at_));
  }

private:
  std::span<const std::byte> all_;
  std::size_t at_ = 0;
};

}  // namespace

result<secret> encode(const credential_record& record) {
  secret out(magic);
  put<1>(out, format_version);
  put<4>(out, static_cast<std::uint32_t>(record.tag));
  put<1>(out, record.scope.of == credential_scope::kind::group ? 1 : 0);
  put<4>(out, record.scope.id);
  put<1>(out, record.entries.size());
  for (const auto& entry : record.entries) {
    if (entry.bytes.size() > limits::credential_bytes_max)
      return fail(errc::limit_reached,
                  "a credential of " + std::to_string(entry.bytes.size()) + " bytes");
    put<1>(out, static_cast<std::uint32_t>(entry.type));
    put<8>(out, static_cast<std::uint64_t>(entry.origin.added.time_since_epoch().count()));
    put<4>(out, entry.origin.rsa_bits_min);
    put<1>(out, entry.origin.sha1_allowed ? 1 : 0);
    out.append(entry.origin.sha256);
    put<4>(out, entry.bytes.size());
    out.append(entry.bytes.view());
  }
  out.append(sum_of(out.view()));
  return out;
}

result<credential_record> decode(std::span<const std::byte> bytes) {
  if (bytes.size() < magic.size() + sum_bytes ||
      !std::equal(magic.begin(), magic.end(), bytes.begin()))
    return fail(errc::malformed, "not a credential file");
  const auto body = bytes.first(bytes.size() - sum_bytes);
  const auto right = sum_of(body);
  if (!std::equal(right.begin(), right.end(), bytes.last(sum_bytes).begin()))
    return fail(errc::malformed, "credential file: cut or damaged (its sum is wrong)");
  reader in(body);
  (void)in.take(magic.size());
  std::uint64_t version = 0;
  std::uint64_t tag = 0;
  std::uint64_t kind = 0;
  std::uint64_t id = 0;
  std::uint64_t count = 0;
  if (!in.take<1>(version) || version != format_version) return in.wrong("an unknown version");
  if (!in.take<4>(tag) || !in.take<1>(kind) || kind > 1 || !in.take<4>(id))
    return in.wrong("who may use it");
  using who = credential_scope::kind;
  credential_record out{sec_tag{static_cast<std::uint32_t>(tag)},
                        {kind == 1 ? who::group : who::user, static_cast<std::uint32_t>(id)}};
  if (!in.take<1>(count) || count > credential_types) return in.wrong("too many credentials");
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t type = 0;
    std::uint64_t size = 0;
    if (!in.take<1>(type) || type <= last || !credential_type_of(static_cast<std::int64_t>(type)))
      return in.wrong("a credential's type");
    last = type;
    credential_origin origin;
    if (!in.take(origin)) return in.wrong("how a credential came");
    if (!in.take<4>(size) || size > limits::credential_bytes_max)
      return in.wrong("a credential's length");
    const auto value = in.take(static_cast<std::size_t>(size));
    if (value.size() != size) return in.wrong("a credential that is cut");
    out.entries.push_back({static_cast<credential_type>(type), secret(value), origin});
  }
  if (!in.done()) return in.wrong("bytes behind the last credential");
  return out;
}

credential_record record_of(sec_tag tag, const credential_scope& scope,
                            const tag_credentials& contents) {
  credential_record out{tag, scope};
  for (const auto& [type, what] : contents)
    out.entries.push_back({type,
                           is_secret(type) ? what->key.copy() : secret(std::span(what->as_given)),
                           what->origin});
  return out;
}

void load_into(credential_store& store, const credential_record& record, calendar_time now,
               std::vector<std::string>& remarks) {
  const auto remark = [&](const std::string& what) {
    remarks.push_back(text_of(record.scope) + ", tag " +
                      std::to_string(static_cast<std::uint32_t>(record.tag)) + ": " + what);
  };
  for (const auto& entry : record.entries) {
    const credential_rules rules{now, entry.origin.rsa_bits_min, entry.origin.sha1_allowed, true};
    auto read = read_credential(entry.type, entry.bytes.view(), rules, &entry.origin);
    if (!read) {  // the others of the tag still serve
      remark(read.error().detail);
      continue;
    }
    for (const auto& one : (*read)->remarks) remark(one);
    if (auto added = store.add({{}, record.scope}, record.tag, *read); !added)
      remark(added.error().detail);
  }
}

}  // namespace cellsock
