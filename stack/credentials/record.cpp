// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/record.hpp"

#include <array>

#include "stack/limits.hpp"
#include "stack/tls/mbedtls_version.hpp"

namespace cellsock {
namespace {

constexpr std::array magic{std::byte{'C'}, std::byte{'S'}, std::byte{'C'}, std::byte{'R'}};
constexpr unsigned format_version = 1;
constexpr std::size_t sum_bytes = 32;
constexpr std::size_t ids_max = 1024;  // users or groups of one tag

using sum = std::array<std::byte, sum_bytes>;

sum sum_of(std::span<const std::byte> bytes) {
  sum out{};
  (void)mbed::sha256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

template <std::size_t Size>
void put(secret& out, std::uint32_t value) {
  std::array<std::byte, Size> bytes{};
  for (std::size_t i = Size; i-- > 0; value >>= 8)
    bytes[i] = std::byte{static_cast<unsigned char>(value)};
  out.append(bytes);
}

void put_ids(secret& out, const std::vector<std::uint32_t>& ids) {
  put<2>(out, static_cast<std::uint32_t>(ids.size()));
  for (const auto id : ids) put<4>(out, id);
}

/// Takes from the front; remembers where it stopped being possible.
class reader {
public:
  explicit reader(std::span<const std::byte> bytes) : all_(bytes) {}

  template <std::size_t Size>
  bool take(std::uint32_t& value) {
    const auto bytes = take(Size);
    if (bytes.size() != Size) return false;
    value = 0;
    for (const auto b : bytes) value = (value << 8) | std::to_integer<std::uint32_t>(b);
    return true;
  }
  /// Shorter than asked for at the end.
  std::span<const std::byte> take(std::size_t size) {
    const auto part = all_.subspan(at_, std::min(size, all_.size() - at_));
    if (part.size() == size) at_ += size;
    return part;
  }
  bool take_ids(std::vector<std::uint32_t>& ids) {
    std::uint32_t count = 0;
    if (!take<2>(count) || count > ids_max) return false;
    ids.resize(count);
    for (auto& id : ids)
      if (!take<4>(id)) return false;
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
  if (record.scope.uids.size() > ids_max || record.scope.gids.size() > ids_max)
    return fail(errc::limit_reached, "more than " + std::to_string(ids_max) + " users or groups");
  secret out(magic);
  put<1>(out, format_version);
  put<4>(out, static_cast<std::uint32_t>(record.tag));
  put<1>(out, record.scope.everyone ? 1 : 0);
  put_ids(out, record.scope.uids);
  put_ids(out, record.scope.gids);
  put<1>(out, static_cast<std::uint32_t>(record.entries.size()));
  for (const auto& entry : record.entries) {
    if (entry.bytes.size() > limits::credential_bytes_max)
      return fail(errc::limit_reached,
                  "a credential of " + std::to_string(entry.bytes.size()) + " bytes");
    put<1>(out, static_cast<std::uint32_t>(entry.type));
    put<4>(out, static_cast<std::uint32_t>(entry.bytes.size()));
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
  std::uint32_t version = 0;
  std::uint32_t tag = 0;
  std::uint32_t everyone = 0;
  std::uint32_t count = 0;
  if (!in.take<1>(version) || version != format_version) return in.wrong("an unknown version");
  credential_record out;
  if (!in.take<4>(tag) || !in.take<1>(everyone) || everyone > 1 || !in.take_ids(out.scope.uids) ||
      !in.take_ids(out.scope.gids))
    return in.wrong("who may use it");
  out.tag = sec_tag{tag};
  out.scope.everyone = everyone == 1;
  if (!in.take<1>(count) || count > credential_types) return in.wrong("too many credentials");
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t type = 0;
    std::uint32_t size = 0;
    if (!in.take<1>(type) || type <= last || !credential_type_of(std::int64_t{type}))
      return in.wrong("a credential's type");
    last = type;
    if (!in.take<4>(size) || size > limits::credential_bytes_max)
      return in.wrong("a credential's length");
    const auto value = in.take(size);
    if (value.size() != size) return in.wrong("a credential that is cut");
    out.entries.push_back({static_cast<credential_type>(type), secret(value)});
  }
  if (!in.done()) return in.wrong("bytes behind the last credential");
  return out;
}

credential_record record_of(sec_tag tag, const credential_store::machine_tag& contents) {
  credential_record out{tag, contents.scope};
  for (const auto& [type, what] : contents.credentials)
    out.entries.push_back(
        {type, is_secret(type) ? what->key.copy() : secret(std::span(what->as_given))});
  return out;
}

status load_into(credential_store& store, const credential_record& record,
                 const credential_rules& rules, std::vector<std::string>& remarks) {
  const auto named = [&record](const failure& why) {
    return "tag " + std::to_string(static_cast<std::uint32_t>(record.tag)) + ": " + why.detail;
  };
  auto kinder = rules;
  kinder.dates_remarked = true;
  for (const auto& entry : record.entries) {
    auto read = read_credential(entry.type, entry.bytes.view(), kinder);
    if (!read) {  // the rules are stricter now; the others of the tag still serve
      remarks.push_back(named(read.error()));
      continue;
    }
    for (const auto& remark : (*read)->remarks) remarks.push_back(named(fail(errc::none, remark)));
    if (auto added = store.add_machine(record.tag, *read, record.scope); !added)
      return added.error();
  }
  return done{};
}

}  // namespace cellsock
