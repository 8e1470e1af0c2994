// SPDX-License-Identifier: Apache-2.0
#include "actors/credential_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/scratch.hpp"

using namespace cellsock;
using test::scratch;
namespace fs = std::filesystem;

namespace {

constexpr credential_scope scope{credential_scope::kind::user, 1000};

credential_record record(std::uint32_t tag, std::string_view psk) {
  credential_record made{sec_tag{tag}, scope};
  made.entries.push_back(
      {credential_type::psk, secret(std::as_bytes(std::span(psk.data(), psk.size())))});
  return made;
}

unsigned mode_of(const std::string& path) {
  struct stat is {};
  REQUIRE(::lstat(path.c_str(), &is) == 0);
  return is.st_mode & 07777;
}

}  // namespace

TEST_CASE("stored, replaced, loaded, removed; nobody else may look") {
  const scratch dir;
  const auto where = dir.at("creds");
  credential_files files(where);
  CHECK(files.prepare());
  CHECK(mode_of(where) == 0700);
  CHECK(files.store(record(42, "first key of all")));
  CHECK(files.store(record(42, "second key of it")));
  CHECK(files.store(record(7, "another tag's key")));
  CHECK(mode_of(where + "/uid-1000-tag-42.cred") == 0600);
  std::vector<std::string> remarks;
  const auto all = files.load(remarks);
  REQUIRE(all);
  CHECK(remarks.empty());
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].tag == sec_tag{42});
  CHECK((*all)[0].entries[0].bytes.size() == 16);
  CHECK(files.remove(scope, sec_tag{42}));
  CHECK(files.remove(scope, sec_tag{42}).error().code == errc::credential_missing);
  CHECK(files.load(remarks)->size() == 1);
}

TEST_CASE("what others could have written or read is refused, and named") {
  const scratch dir;
  const auto where = dir.at("creds");
  credential_files files(where);
  std::vector<std::string> remarks;
  CHECK(files.load(remarks)->empty());  // no directory yet
  CHECK_FALSE(fs::exists(where));
  REQUIRE(files.prepare());
  for (std::uint32_t tag = 1; tag <= 5; ++tag) REQUIRE(files.store(record(tag, "a key")));
  REQUIRE(::chmod((where + "/uid-1000-tag-2.cred").c_str(), 0640) == 0);
  fs::remove(where + "/uid-1000-tag-3.cred");
  fs::create_symlink(where + "/uid-1000-tag-1.cred", where + "/uid-1000-tag-3.cred");
  fs::resize_file(where + "/uid-1000-tag-4.cred", 20);
  fs::copy_file(where + "/uid-1000-tag-5.cred", where + "/uid-1000-tag-6.cred");
  std::ofstream(where + "/notes.txt") << "hello";
  std::ofstream(where + "/uid-1000-tag-9.cred.new") << "half of it";
  const auto all = files.load(remarks);
  REQUIRE(all);
  CHECK(all->size() == 2);  // 1 and 5
  std::string text;
  for (const auto& remark : remarks) text += remark + "\n";
  INFO(text);
  CHECK(remarks.size() == 5);
  CHECK(text.find("notes.txt is no credential file") != std::string::npos);
  CHECK(text.find("tag-2.cred may be used by others") != std::string::npos);
  CHECK(text.find("cannot open " + where + "/uid-1000-tag-3.cred") != std::string::npos);
  CHECK(text.find("tag-4.cred: not a credential file") != std::string::npos);
  CHECK(text.find("tag-6.cred holds another tag") != std::string::npos);
  CHECK_FALSE(fs::exists(where + "/uid-1000-tag-9.cred.new"));

  REQUIRE(::chmod(where.c_str(), 0755) == 0);
  const auto open = files.load(remarks);
  REQUIRE_FALSE(open);
  CHECK(open.error().code == errc::not_permitted);
  if (::geteuid() == 0) {
    REQUIRE(::chmod(where.c_str(), 0700) == 0);
    REQUIRE(::chown(where.c_str(), 12345, 12345) == 0);
    CHECK(files.prepare().error().detail.find("belongs to user 12345") != std::string::npos);
  }
}

TEST_CASE("a write that fails leaves the old file") {
  const scratch dir;
  const auto where = dir.at("creds");
  credential_files files(where);
  REQUIRE(files.prepare());
  REQUIRE(files.store(record(42, "the old key here")));
  fs::create_directory(where + "/uid-1000-tag-42.cred.new");  // cannot be made anew, nor unlinked
  CHECK_FALSE(files.store(record(42, "the new key here")));
  fs::remove(where + "/uid-1000-tag-42.cred.new");
  std::vector<std::string> remarks;
  const auto all = files.load(remarks);
  REQUIRE(all->size() == 1);
  const auto kept = all->front().entries[0].bytes.view();
  CHECK(std::string_view(reinterpret_cast<const char*>(kept.data()), kept.size()) ==
        "the old key here");
}
