// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "stack/credentials/store.hpp"

/// A tag of one scope as the bytes of its file.
///
///     "CSCR" version:u8=1 tag:u32 kind:u8 (0 user, 1 group) id:u32
///     entries:u8 (type:u8 added:u64 rsa_bits_min:u32 sha1_allowed:u8 sha256:32 length:u32 bytes)*
///     sha256:32 of all before
///
/// Numbers are big-endian; types ascend. The sum finds a file that was cut or damaged; who may
/// write the file is the file system's affair.
namespace cellsock {

struct credential_record {
  sec_tag tag{};
  credential_scope scope = {};
  struct entry {
    credential_type type{};
    secret bytes = {};  // as it was given; a private key or a PSK as it is kept
    credential_origin origin = {};
  };
  std::vector<entry> entries = {};
};

/// errc::limit_reached when it has more bytes than a record may.
[[nodiscard]] result<secret> encode(const credential_record& record);
/// errc::malformed says what and where. The credentials in it are still to be checked.
[[nodiscard]] result<credential_record> decode(std::span<const std::byte> bytes);

/// A tag of the store as a record, and each of a record's entries as the store takes it.
[[nodiscard]] credential_record record_of(sec_tag tag, const credential_scope& scope,
                                          const tag_credentials& contents);
/// What is out of date by now becomes a remark, and so does what cannot be taken any more.
void load_into(credential_store& store, const credential_record& record, calendar_time now,
               std::vector<std::string>& remarks);

}  // namespace cellsock
