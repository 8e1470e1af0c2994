// SPDX-License-Identifier: Apache-2.0
#include "actors/credential_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "actors/descriptor.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

constexpr std::string_view suffix = ".cred";
constexpr std::string_view unfinished = ".new";
// Five credentials and their heads.
constexpr std::size_t file_bytes_max = credential_types * (limits::credential_bytes_max + 64) + 64;

failure trouble(std::string_view what, const std::string& path) {
  return fail(errc::internal, std::string(what) + " " + path + ": " + std::strerror(errno));
}

/// `uid-1000-tag-42.cred`
std::string file_name(const credential_scope& scope, sec_tag tag) {
  return (scope.of == credential_scope::kind::user ? "uid-" : "gid-") + std::to_string(scope.id) +
         "-tag-" + std::to_string(static_cast<std::uint32_t>(tag)) + std::string(suffix);
}

bool take_number(std::string_view& text, std::uint32_t& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// Whether it is one that file_name makes (no `007`).
bool is_file_name(std::string_view name) {
  constexpr std::string_view between = "-tag-";
  credential_scope scope;
  std::uint32_t tag = 0;
  auto rest = name;
  if (!rest.starts_with("uid-") && !rest.starts_with("gid-")) return false;
  if (rest.front() == 'g') scope.of = credential_scope::kind::group;
  rest.remove_prefix(4);
  if (!take_number(rest, scope.id) || !rest.starts_with(between)) return false;
  rest.remove_prefix(between.size());
  return take_number(rest, tag) && name == file_name(scope, sec_tag{tag});
}

/// Ours alone, or nobody knows who wrote it and who has read it.
status check_private(const struct stat& is, const std::string& path, mode_t kind) {
  if ((is.st_mode & S_IFMT) != kind)
    return fail(errc::not_permitted,
                path + " is not a " + (kind == S_IFDIR ? "directory" : "file"));
  if (is.st_uid != ::geteuid())
    return fail(errc::not_permitted,
                path + " belongs to user " + std::to_string(is.st_uid) + ", not to the daemon's");
  if ((is.st_mode & 077) != 0)
    return fail(errc::not_permitted, path + " may be used by others; chmod go= " + path);
  return done{};
}

result<descriptor> open_private(const std::string& path, int flags, mode_t kind) {
  descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return trouble("cannot open", path);
  struct stat is {};
  if (::fstat(file.get(), &is) != 0) return trouble("cannot look at", path);
  if (auto good = check_private(is, path, kind); !good) return good.error();
  return file;
}

status write_all(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return trouble("cannot write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? status(done{}) : trouble("cannot sync", path);
}

}  // namespace

std::string credential_files::path_of(const credential_scope& scope, sec_tag tag) const {
  return directory_ + "/" + file_name(scope, tag);
}

status credential_files::prepare() {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
    return trouble("cannot make", directory_);
  if (auto opened = open_private(directory_, O_RDONLY | O_DIRECTORY, S_IFDIR); !opened)
    return opened.error();
  return done{};
}

status credential_files::sync_directory() const {
  const auto opened = open_private(directory_, O_RDONLY | O_DIRECTORY, S_IFDIR);
  if (!opened) return opened.error();
  return ::fsync(opened->get()) == 0 ? status(done{}) : trouble("cannot sync", directory_);
}

status credential_files::store(const credential_record& record) {
  if (auto ready = prepare(); !ready) return ready;
  const auto bytes = encode(record);
  if (!bytes) return bytes.error();
  const auto path = path_of(record.scope, record.tag);
  const auto beside = path + std::string(unfinished);
  (void)::unlink(beside.c_str());
  const descriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return trouble("cannot make", beside);
  auto written = write_all(file.get(), bytes->view(), beside);
  if (written && ::rename(beside.c_str(), path.c_str()) != 0)
    written = trouble("cannot put in place", path);
  if (!written) {
    (void)::unlink(beside.c_str());
    return written;
  }
  return sync_directory();
}

status credential_files::remove(const credential_scope& scope, sec_tag tag) {
  const auto path = path_of(scope, tag);
  if (::unlink(path.c_str()) == 0) return sync_directory();
  if (errno == ENOENT) return fail(errc::credential_missing, path + " does not exist");
  return trouble("cannot remove", path);
}

result<credential_record> credential_files::read(const std::string& name) const {
  const auto path = directory_ + "/" + name;
  const auto file = open_private(path, O_RDONLY | O_NONBLOCK, S_IFREG);
  if (!file) return file.error();
  secret bytes;
  secret part(16384);
  for (;;) {
    const auto got = ::read(file->get(), part.room().data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble("cannot read", path);
    if (got == 0) break;
    bytes.append(part.view().first(static_cast<std::size_t>(got)));
    if (bytes.size() > file_bytes_max) return fail(errc::malformed, path + " is too long");
  }
  auto record = decode(bytes.view());
  if (!record) return fail(record.error().code, path + ": " + record.error().detail);
  if (name != file_name(record->scope, record->tag))
    return fail(errc::malformed, path + " holds another tag than its name says");
  return record;
}

result<std::vector<credential_record>> credential_files::load(std::vector<std::string>& remarks) {
  if (::access(directory_.c_str(), F_OK) != 0 && errno == ENOENT)
    return std::vector<credential_record>{};
  if (auto ready = prepare(); !ready) return ready.error();
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(directory_.c_str()), ::closedir);
  if (!directory) return trouble("cannot read", directory_);
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (name.ends_with(unfinished) &&
        is_file_name(name.substr(0, name.size() - unfinished.size()))) {
      (void)::unlink((directory_ + "/" + std::string(name)).c_str());
      continue;
    }
    if (is_file_name(name))
      names.emplace_back(name);
    else
      remarks.push_back(directory_ + "/" + std::string(name) + " is no credential file");
  }
  std::sort(names.begin(), names.end());
  std::vector<credential_record> all;
  for (const auto& name : names) {
    if (auto record = read(name))
      all.push_back(std::move(*record));
    else
      remarks.push_back(record.error().detail);
  }
  return all;
}

}  // namespace cellsock
