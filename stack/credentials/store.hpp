// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stack/credentials/credential.hpp"
#include "stack/tls/settings.hpp"

/// Who has which credential. A program's own live as long as it does and are seen by it alone; the
/// machine's are seen by the users and groups that they were given to. Pure.
namespace cellsock {

/// A program as the daemon knows it: a number of the daemon's own, and its kernel credentials.
enum class program_id : std::uint64_t {};
struct program {
  program_id id{};
  std::uint32_t uid = 0;
  std::vector<std::uint32_t> gids = {};
};

/// Who may use the machine's credentials of one tag. Root and the daemon's own user always may.
struct tag_scope {
  bool everyone = false;
  std::vector<std::uint32_t> uids = {};
  std::vector<std::uint32_t> gids = {};
  [[nodiscard]] bool admits(const program& who) const;
  friend bool operator==(const tag_scope&, const tag_scope&) = default;
};

/// A tag's credentials of one owner, by type.
using tag_credentials = std::map<credential_type, credential_ptr>;

/// What `cellsock creds list` and `show` need; nothing secret.
struct credential_listing {
  sec_tag tag{};
  std::optional<program_id> owner = {};  // empty: the machine
  credential_ptr what = {};
};

class credential_store {
public:
  // ---- a program's own ----
  /// errc::credential_exists for a type that the tag has, credential_invalid when key and
  /// certificate do not belong together, limit_reached.
  [[nodiscard]] status add(const program& who, sec_tag tag, credential_ptr what);
  /// Its own, or else the machine's. errc::credential_missing.
  [[nodiscard]] result<credential_ptr> find(const program& who, sec_tag tag,
                                            credential_type type) const;
  /// What may be read back: errc::credential_protected for private keys and PSKs.
  [[nodiscard]] result<std::vector<std::byte>> read(const program& who, sec_tag tag,
                                                    credential_type type) const;
  /// Its own alone; errc::credential_protected when only the machine has one.
  [[nodiscard]] status remove(const program& who, sec_tag tag, credential_type type);
  /// The program is gone: so are its credentials. How many there were.
  std::size_t forget(program_id gone);
  /// For a handshake: each tag's contents, in the order of the tags. errc::credential_missing names
  /// a tag that holds nothing for this program.
  [[nodiscard]] result<std::vector<tls::tag_contents>> resolve(const program& who,
                                                               std::span<const sec_tag> tags) const;

  // ---- the machine's ----
  [[nodiscard]] status add_machine(sec_tag tag, credential_ptr what, const tag_scope& scope);
  [[nodiscard]] status remove_machine(sec_tag tag, std::optional<credential_type> type);
  struct machine_tag {
    tag_scope scope = {};
    tag_credentials credentials = {};
  };
  /// Null: none.
  [[nodiscard]] const machine_tag* machine(sec_tag tag) const;

  /// The machine's first, then each program's, by tag and type.
  [[nodiscard]] std::vector<credential_listing> list() const;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }  // by a limit

private:
  struct own_key {
    program_id owner{};
    sec_tag tag{};
    friend auto operator<=>(const own_key&, const own_key&) = default;
  };
  [[nodiscard]] status put(tag_credentials& into, sec_tag tag, credential_ptr what,
                           std::size_t owned);
  [[nodiscard]] const machine_tag* given_to(const program& who, sec_tag tag) const;
  [[nodiscard]] std::size_t owned_by(program_id owner) const;
  [[nodiscard]] std::size_t machine_size() const;

  std::map<own_key, tag_credentials> own_;
  std::map<sec_tag, machine_tag> machine_;
  std::size_t size_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace cellsock
