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

/// Who has which credential. A session's live as long as its programs do and are seen by them
/// alone; durable ones are seen by the programs of one user or one group. Pure.
namespace cellsock {

/// A session of programs; 0: none.
enum class program_id : std::uint64_t {};
/// A program as the daemon knows it: its session, and its kernel credentials.
struct program {
  program_id id{};
  std::uint32_t uid = 0;
  std::vector<std::uint32_t> gids = {};
};

/// One user's programs, or one group's.
struct credential_scope {
  enum class kind : std::uint8_t { user, group };
  kind of = kind::user;
  std::uint32_t id = 0;
  friend auto operator<=>(const credential_scope&, const credential_scope&) = default;
};
[[nodiscard]] std::string text_of(const credential_scope& scope);  // `uid 1000`

/// Whose it is: a session's of the scope's user, or else the scope's own, durable. (A program that
/// has no session owns nothing, which is another thing than its user's owning it.)
struct credential_owner {
  std::optional<program_id> session = {};
  credential_scope scope = {};
  [[nodiscard]] bool durable() const noexcept { return !session; }
  friend auto operator<=>(const credential_owner&, const credential_owner&) = default;
};
[[nodiscard]] credential_owner session_of(const program& who) noexcept;

/// A tag's credentials of one owner, by type.
using tag_credentials = std::map<credential_type, credential_ptr>;

/// What may be told of one; nothing secret.
struct credential_listing {
  sec_tag tag{};
  credential_owner owner = {};
  credential_ptr what = {};
};

/// Certificate and key of one tag belong together, whichever comes first: errc::credential_invalid.
/// Takes as long as a signature.
[[nodiscard]] status check_beside(const tag_credentials& there, sec_tag tag,
                                  const credential& added);

class credential_store {
public:
  // ---- changes ----
  /// Whether there is room for one of this type and so many bytes. errc::credential_exists unless
  /// it is to replace, limit_reached.
  [[nodiscard]] status may_add(const credential_owner& owner, sec_tag tag, credential_type type,
                               std::size_t bytes, bool replace);
  /// What may_add and check_beside let pass.
  void put(const credential_owner& owner, sec_tag tag, credential_ptr what);
  /// All three.
  [[nodiscard]] status add(const credential_owner& owner, sec_tag tag, credential_ptr what,
                           bool replace = false);
  /// errc::credential_missing.
  [[nodiscard]] status remove(const credential_owner& owner, sec_tag tag, credential_type type);
  /// The session's own alone; errc::credential_protected when only a durable one is there.
  [[nodiscard]] status remove(const program& who, sec_tag tag, credential_type type);
  /// The session is over: so are its credentials. How many there were.
  std::size_t forget(program_id gone);

  // ---- what an owner has ----
  [[nodiscard]] tag_credentials held(const credential_owner& owner, sec_tag tag) const;

  // ---- what a program sees: its session's, its user's, its groups' ----
  /// errc::credential_missing.
  [[nodiscard]] result<credential_ptr> find(const program& who, sec_tag tag,
                                            credential_type type) const;
  /// What may be read back: errc::credential_protected for private keys and PSKs.
  [[nodiscard]] result<credential_ptr> read(const program& who, sec_tag tag,
                                            credential_type type) const;
  /// For a handshake: each tag's contents, in the order of the tags. errc::credential_missing names
  /// a tag that holds nothing for this program.
  [[nodiscard]] result<std::vector<tls::tag_contents>> resolve(const program& who,
                                                               std::span<const sec_tag> tags) const;
  /// By tag and type. `everybody`: every scope's as well, and those that others stand before.
  [[nodiscard]] std::vector<credential_listing> list(const program& who, bool everybody) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }  // by a limit

private:
  using by_tag = std::map<sec_tag, tag_credentials>;
  [[nodiscard]] credential_ptr of(const credential_owner& owner, sec_tag tag,
                                  credential_type type) const;
  [[nodiscard]] std::size_t bytes_of(const credential_scope* payer) const;
  [[nodiscard]] std::size_t owned_by(const credential_owner& owner) const;

  std::map<credential_owner, by_tag> owners_;
  std::size_t size_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace cellsock
