// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "stack/credentials/record.hpp"

/// The machine's credentials on disk: a directory of the daemon's own user and mode 0700, one file
/// per tag of mode 0600, each replaced whole or not at all. Shell over stack/credentials/record.
namespace cellsock {

class credential_files {
public:
  explicit credential_files(std::string directory) : directory_(std::move(directory)) {}

  /// Makes the directory where there is none. errc::not_permitted for one that others could write
  /// or read, port_failed for any other trouble with it.
  [[nodiscard]] status prepare();
  /// Written beside, synced, put in place, and the directory synced.
  [[nodiscard]] status store(const credential_record& record);
  [[nodiscard]] status remove(sec_tag tag);
  /// All that are good; each that is not is a remark that names the file. Left-overs of a write
  /// that was cut are removed.
  [[nodiscard]] result<std::vector<credential_record>> load(std::vector<std::string>& remarks);

private:
  [[nodiscard]] std::string path_of(sec_tag tag) const;
  [[nodiscard]] result<credential_record> read(const std::string& file_name) const;
  [[nodiscard]] status sync_directory() const;

  std::string directory_;
};

}  // namespace cellsock
