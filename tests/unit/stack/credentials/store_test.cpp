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
constexpr sec_tag tag{42};

credential_ptr psk(std::string_view text = "0123456789abcdef") {
  return test::given(type::psk, text);
}

}  // namespace

TEST_CASE("a program's own are its own, and go with it") {
  credential_store store;
  CHECK(store.add(alice, tag, psk()));
  CHECK(store.add(alice, tag, psk()).error().code == errc::credential_exists);
  CHECK(store.add(bob, tag, psk("fedcba9876543210")));  // another program, the same tag
  CHECK((*store.find(bob, tag, type::psk))->key.same_as(test::bytes_of("fedcba9876543210")));
  CHECK(store.find(root, tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.find(alice, sec_tag{43}, type::psk).error().code == errc::credential_missing);
  CHECK(store.find(alice, tag, type::psk_identity).error().code == errc::credential_missing);
  CHECK(store.size() == 2);
  CHECK(store.forget(alice.id) == 1);
  CHECK(store.forget(alice.id) == 0);
  CHECK(store.find(alice, tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.add(alice, tag, psk()));  // a second run
  CHECK(store.remove(alice, tag, type::psk));
  CHECK(store.remove(alice, tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.size() == 1);
}

TEST_CASE("secrets are never read back, the rest as it was given") {
  credential_store store;
  const auto pem = test::pki_file("client_ec.cert.pem");
  CHECK(store.add(alice, tag, test::given(type::own_certificate, pem)));
  CHECK(store.add(alice, tag, test::pki(type::private_key, "client_ec.key.pem")));
  CHECK(store.add(alice, tag, psk()));
  CHECK(store.add(alice, tag, test::given(type::psk_identity, "me")));
  const auto read = store.read(alice, tag, type::own_certificate);
  REQUIRE(read);
  CHECK(std::string_view(reinterpret_cast<const char*>(read->data()), read->size()) == pem);
  CHECK(store.read(alice, tag, type::psk_identity)->size() == 2);
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
      CHECK(store.add(alice, tag, wrong));
      const auto added = store.add(alice, tag, certificate);
      REQUIRE_FALSE(added);
      CHECK(added.error().code == errc::credential_invalid);
      CHECK(added.error().detail.starts_with("tag 42: the private key does not belong"));
    } else {
      CHECK(store.add(alice, tag, certificate));
      CHECK(store.add(alice, tag, wrong).error().code == errc::credential_invalid);
      CHECK(store.add(alice, tag, right));
    }
  }
}

TEST_CASE("the machine's are seen by whom they were given to") {
  struct row {
    const char* what;
    tag_scope scope;
    bool to_alice;
    bool to_bob;
  };
  const row rows[]{{"nobody", {}, false, false},
                   {"everyone", {true}, true, true},
                   {"a user", {false, {1000}}, true, false},
                   {"a group", {false, {}, {100}}, true, true},
                   {"another group", {false, {}, {50, 7}}, true, false}};
  for (const auto& r : rows) {
    CAPTURE(std::string(r.what));
    credential_store store;
    CHECK(store.add_machine(tag, psk(), r.scope));
    CHECK(static_cast<bool>(store.find(alice, tag, type::psk)) == r.to_alice);
    CHECK(static_cast<bool>(store.find(bob, tag, type::psk)) == r.to_bob);
    CHECK(store.find(root, tag, type::psk));
    CHECK(static_cast<bool>(store.resolve(bob, std::vector{tag})) == r.to_bob);
    const auto removed = store.remove(alice, tag, type::psk);
    CHECK(removed.error().code ==
          (r.to_alice ? errc::credential_protected : errc::credential_missing));
    // A program's own stands before it, and uncovers it when it goes.
    CHECK(store.add(alice, tag, psk("fedcba9876543210")));
    CHECK((*store.find(alice, tag, type::psk))->key.same_as(test::bytes_of("fedcba9876543210")));
    store.forget(alice.id);
    CHECK(static_cast<bool>(store.find(alice, tag, type::psk)) == r.to_alice);
  }
}

TEST_CASE("the machine's come and go by tag and type") {
  credential_store store;
  CHECK(store.add_machine(tag, psk(), {true}));
  CHECK(store.add_machine(tag, psk(), {true}).error().code == errc::credential_exists);
  CHECK(store.add_machine(tag, test::given(type::psk_identity, "me"), {false, {1000}}));
  CHECK(store.machine(tag)->scope == tag_scope{false, {1000}});
  CHECK(store.list().size() == 2);
  CHECK_FALSE(store.list().front().owner);
  CHECK(store.remove_machine(tag, type::psk));
  CHECK(store.remove_machine(tag, type::psk).error().code == errc::credential_missing);
  CHECK(store.remove_machine(tag, std::nullopt));
  CHECK(store.machine(tag) == nullptr);
  CHECK(store.remove_machine(tag, std::nullopt).error().code == errc::credential_missing);
  CHECK(store.size() == 0);
}

TEST_CASE("tags resolve in their order, each with what it holds") {
  credential_store store;
  CHECK(store.add_machine(sec_tag{7}, test::pki(type::ca_certificate, "roots.pem"), {true}));
  CHECK(store.add(alice, sec_tag{3}, psk()));
  CHECK(store.add(alice, sec_tag{7}, psk()));  // adds to the machine's tag
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
  for (unsigned i = 0; i < 400; ++i) taken += static_cast<bool>(store.add(alice, sec_tag{i}, one));
  CHECK(taken == limits::credentials_per_owner_max);
  CHECK(store.refused() == 400 - taken);
  CHECK(store.add(alice, sec_tag{999}, one).error().code == errc::limit_reached);
  CHECK(store.add(bob, sec_tag{999}, one));
  CHECK(store.list().size() == store.size());
}
