// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "stack/credentials/record.hpp"

/// Durable credentials on disk: a directory of the daemon's own user and mode 0700, one file of
/// mode 0600 for each tag of a scope, replaced whole or not at all. Shell over
/// stack/credentials/record. Waits for the disk: not for the loop's thread, but before it runs.
namespace cellsock {

class credential_files {
public:
  explicit credential_files(std::string directory) : directory_(std::move(directory)) {}

  /// Makes the directory where there is none. errc::not_permitted for one that others could write
  /// or read, internal for any other trouble with it.
  [[nodiscard]] status prepare();
  /// Written beside, synced, put in place, and the directory synced.
  [[nodiscard]] status store(const credential_record& record);
  [[nodiscard]] status remove(const credential_scope& scope, sec_tag tag);
  /// All that are good; each that is not is a remark that names the file. Left-overs of a write
  /// that was cut are removed. None where there is no directory yet.
  [[nodiscard]] result<std::vector<credential_record>> load(std::vector<std::string>& remarks);

private:
  [[nodiscard]] std::string path_of(const credential_scope& scope, sec_tag tag) const;
  [[nodiscard]] result<credential_record> read(const std::string& file_name) const;
  [[nodiscard]] status sync_directory() const;

  std::string directory_;
};

}  // namespace cellsock
