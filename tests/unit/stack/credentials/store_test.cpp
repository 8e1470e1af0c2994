// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/store.hpp"

#include <doctest/doctest.h>

#include "stack/limits.hpp"
#include "tests/support/pki.hpp"

using namespace cellsock;
using type = credential_type;

namespace {

const program alice{program_id{1}, 1000, {100, 50}};
const program bob{program_id{2}, 1001, {100}};
const program root{program_id{3}, 0, {0}};
const program carol{program_id{}, 1000, {}};  // without a session
constexpr sec_tag tag{42};

credential_owner user(std::uint32_t uid) {
  return {{}, {credential_scope::kind::user, uid}};
}
credential_owner group(std::uint32_t gid) {
  return {{}, {credential_scope::kind::group, gid}};
}

credential_ptr psk(std::string_view text = "0123456789abcdef") {
  return test::given(type::psk, text);
}

}  // namespace

TEST_CASE("a program's own are its own, and go with it") {
  credential_store store;
  CHECK(store.add(session_of(alice), tag, psk()));
  CHECK(store.add(session_of(alice), tag, psk()).error().code == errc::credential_exists);
  CHECK(store.add(session_of(bob), tag, psk("fedcba9876543210")));  // another program, the same tag
  CHECK((*store.find(bob, tag, type::psk))->key.same_as(test::bytes_of("fedcba9876543210")));
  CHECK(store.find(root, tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.find(alice, sec_tag{43}, type::psk).error().code == errc::credential_missing);
  CHECK(store.find(alice, tag, type::psk_identity).error().code == errc::credential_missing);
  CHECK(store.size() == 2);
  CHECK(store.forget(alice.id) == 1);
  CHECK(store.forget(alice.id) == 0);
  CHECK(store.find(alice, tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.add(session_of(alice), tag, psk()));  // a second run
  CHECK(store.remove(alice, tag, type::psk));
  CHECK(store.remove(alice, tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.size() == 1);
}

TEST_CASE("secrets are never read back, the rest as it was given") {
  credential_store store;
  const auto pem = test::pki_file("client_ec.cert.pem");
  CHECK(store.add(session_of(alice), tag, test::given(type::own_certificate, pem)));
  CHECK(store.add(session_of(alice), tag, test::pki(type::private_key, "client_ec.key.pem")));
  CHECK(store.add(session_of(alice), tag, psk()));
  CHECK(store.add(session_of(alice), tag, test::given(type::psk_identity, "me")));
  const auto read = store.read(alice, tag, type::own_certificate);
  REQUIRE(read);
  const auto& bytes = (*read)->as_given;
  CHECK(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == pem);
  CHECK((*store.read(alice, tag, type::psk_identity))->as_given.size() == 2);
  CHECK(store.read(alice, tag, type::psk).error().code == errc::credential_protected);
  CHECK(store.read(alice, tag, type::private_key).error().code == errc::credential_protected);
  CHECK(store.read(bob, tag, type::private_key).error().code == errc::credential_missing);
}

TEST_CASE("key and certificate of a tag belong together, whichever comes first") {
  for (const bool key_first : {false, true}) {
    CAPTURE(key_first);
    credential_store store;
    const auto certificate = test::pki(type::own_certificate, "client_ec.cert.pem");
    const auto right = test::pki(type::private_key, "client_ec.key.pem");
    const auto wrong = test::pki(type::private_key, "client_rsa.key.pem");
    if (key_first) {
      CHECK(store.add(session_of(alice), tag, wrong));
      const auto added = store.add(session_of(alice), tag, certificate);
      REQUIRE_FALSE(added);
      CHECK(added.error().code == errc::credential_invalid);
      CHECK(added.error().detail.starts_with("tag 42: the private key does not belong"));
    } else {
      CHECK(store.add(session_of(alice), tag, certificate));
      CHECK(store.add(session_of(alice), tag, wrong).error().code == errc::credential_invalid);
      CHECK(store.add(session_of(alice), tag, right));
    }
  }
}

TEST_CASE("durable ones are seen by the user or the group that they were given to") {
  struct row {
    const char* what;
    credential_owner owner;
    bool to_alice;
    bool to_bob;
  };
  const row rows[]{{"a user", user(1000), true, false},
                   {"a group", group(100), true, true},
                   {"another group", group(50), true, false},
                   {"a stranger", user(7), false, false}};
  for (const auto& r : rows) {
    CAPTURE(std::string(r.what));
    credential_store store;
    CHECK(store.add(r.owner, tag, psk()));
    CHECK(store.add(r.owner, tag, psk()).error().code == errc::credential_exists);
    CHECK(static_cast<bool>(store.find(alice, tag, type::psk)) == r.to_alice);
    CHECK(static_cast<bool>(store.find(bob, tag, type::psk)) == r.to_bob);
    CHECK_FALSE(store.find(root, tag, type::psk));
    CHECK(static_cast<bool>(store.resolve(bob, std::vector{tag})) == r.to_bob);
    const auto removed = store.remove(alice, tag, type::psk);
    CHECK(removed.error().code ==
          (r.to_alice ? errc::credential_protected : errc::credential_missing));
    // A program's own stands before it, and uncovers it when it goes.
    CHECK(store.add(session_of(alice), tag, psk("fedcba9876543210")));
    CHECK((*store.find(alice, tag, type::psk))->key.same_as(test::bytes_of("fedcba9876543210")));
    store.forget(alice.id);
    CHECK(static_cast<bool>(store.find(alice, tag, type::psk)) == r.to_alice);
    CHECK(store.remove(r.owner, tag, type::psk));
    CHECK(store.remove(r.owner, tag, type::psk).error().code == errc::credential_missing);
    CHECK(store.size() == 0);
  }
}

TEST_CASE("the session's before the user's before the groups' in their order") {
  credential_store store;
  const std::vector<std::pair<credential_owner, const char*>> in_order{
      {session_of(alice), "0000000000000000"},
      {user(1000), "1111111111111111"},
      {group(100), "2222222222222222"},
      {group(50), "3333333333333333"}};
  for (const auto& [owner, key] : in_order) REQUIRE(store.add(owner, tag, psk(key)));
  CHECK((*store.find(carol, tag, type::psk))->key.same_as(test::bytes_of("1111111111111111")));
  CHECK(store.list(alice, false).size() == 1);
  CHECK(store.list(alice, true).size() == 4);
  CHECK(store.list(bob, true).size() == 3);  // no other session's
  for (const auto& [owner, key] : in_order) {
    CAPTURE(std::string(key));
    CHECK((*store.find(alice, tag, type::psk))->key.same_as(test::bytes_of(key)));
    REQUIRE(store.remove(owner, tag, type::psk));
  }
  CHECK_FALSE(store.find(alice, tag, type::psk));
}

TEST_CASE("without a session nothing is a program's own") {
  credential_store store;
  CHECK_FALSE(session_of(carol).durable());
  CHECK(session_of(carol) != user(1000));
  CHECK(store.add(user(1000), tag, psk()));
  CHECK(store.remove(carol, tag, type::psk).error().code == errc::credential_protected);
  CHECK(store.forget(program_id{}) == 0);
  CHECK(store.size() == 1);
}

TEST_CASE("a list is in the order of tags and types") {
  credential_store store;
  CHECK(store.add(user(1000), sec_tag{9}, psk()));
  CHECK(store.add(session_of(alice), sec_tag{9}, test::given(type::psk_identity, "me")));
  CHECK(store.add(group(50), sec_tag{3}, psk()));
  const auto all = store.list(alice, false);
  REQUIRE(all.size() == 3);
  CHECK(all[0].tag == sec_tag{3});
  CHECK(all[0].owner == group(50));
  CHECK(all[1].what->type == type::psk);
  CHECK(all[2].what->type == type::psk_identity);
  CHECK_FALSE(all[2].owner.durable());
}

TEST_CASE("replaced: the new one, the same count, and still a pair") {
  credential_store store;
  const auto owner = user(1000);
  CHECK(store.add(owner, tag, psk()));
  CHECK(store.add(owner, tag, psk("fedcba9876543210"), true));
  CHECK(store.size() == 1);
  CHECK((*store.find(alice, tag, type::psk))->key.same_as(test::bytes_of("fedcba9876543210")));
  CHECK(store.add(owner, tag, test::pki(type::own_certificate, "client_ec.cert.pem"), true));
  CHECK(store.add(owner, tag, test::pki(type::private_key, "client_rsa.key.pem"), true)
            .error()
            .code == errc::credential_invalid);
}

TEST_CASE("tags resolve in their order, each with what it holds") {
  credential_store store;
  CHECK(store.add(group(100), sec_tag{7}, test::pki(type::ca_certificate, "roots.pem")));
  CHECK(store.add(session_of(alice), sec_tag{3}, psk()));
  CHECK(store.add(session_of(alice), sec_tag{7}, psk()));  // beside the group's
  const auto tags = store.resolve(alice, std::vector{sec_tag{7}, sec_tag{3}});
  REQUIRE(tags);
  REQUIRE(tags->size() == 2);
  CHECK((*tags)[0].tag == sec_tag{7});
  CHECK((*tags)[0].ca);
  CHECK((*tags)[0].psk);
  CHECK_FALSE((*tags)[1].ca);
  const auto none = store.resolve(alice, std::vector{sec_tag{7}, sec_tag{8}});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == errc::credential_missing);
  CHECK(none.error().detail.starts_with("tag 8"));
}

TEST_CASE("one owner cannot fill the store") {
  credential_store store;
  const auto one = psk();
  unsigned taken = 0;
  for (unsigned i = 0; i < 400; ++i)
    taken += static_cast<bool>(store.add(session_of(alice), sec_tag{i}, one));
  CHECK(taken == limits::credentials_per_owner_max);
  CHECK(store.refused() == 400 - taken);
  CHECK(store.add(session_of(alice), sec_tag{999}, one).error().code == errc::limit_reached);
  CHECK(store.add(session_of(bob), sec_tag{999}, one));
}

TEST_CASE("one user's sessions together cannot take all the memory") {
  credential_store store;
  const auto bundle = limits::credential_bytes_max;
  const auto of_run = [](std::uint64_t id, std::uint32_t uid) {
    return session_of({program_id{id}, uid, {}});
  };
  auto big = std::make_shared<credential>();
  big->type = type::ca_certificate;
  big->as_given.resize(bundle);
  std::uint64_t taken = 0;
  while (taken < 100 && store.add(of_run(taken + 1, 1000), tag, big)) ++taken;
  CHECK(taken == limits::credential_bytes_per_user_max / bundle);
  CHECK(store.add(of_run(101, 1000), tag, big).error().code == errc::limit_reached);
  CHECK(store.add(of_run(1, 1000), tag, big, true));  // in the place of one
  CHECK(store.add(of_run(102, 1001), tag, big));
  CHECK(store.forget(program_id{1}) == 1);
  CHECK(store.add(of_run(101, 1000), tag, big));
}
