// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/record.hpp"

#include <doctest/doctest.h>

#include "stack/limits.hpp"
#include "tests/support/pki.hpp"

using namespace cellsock;
using type = credential_type;

namespace {

constexpr sec_tag tag{4000000000U};
const program alice{program_id{1}, 1000, {}};

credential_store filled() {
  credential_store store;
  const tag_scope scope{false, {1000, 1001}, {50}};
  REQUIRE(store.add_machine(tag, test::pki(type::ca_certificate, "roots.pem"), scope));
  REQUIRE(store.add_machine(tag, test::pki(type::own_certificate, "client_rsa.cert.pem"), scope));
  REQUIRE(store.add_machine(tag, test::pki(type::private_key, "client_rsa.pkcs1.pem"), scope));
  REQUIRE(store.add_machine(tag, test::given(type::psk, "0123456789abcdef"), scope));
  REQUIRE(store.add_machine(tag, test::given(type::psk_identity, "me"), scope));
  return store;
}

}  // namespace

TEST_CASE("a tag comes back from its record as it went in") {
  const auto store = filled();
  const auto bytes = encode(record_of(tag, *store.machine(tag)));
  REQUIRE(bytes);
  const auto record = decode(bytes->view());
  REQUIRE(record);
  CHECK(record->tag == tag);
  CHECK(record->scope == store.machine(tag)->scope);
  CHECK(record->entries.size() == 5);
  credential_store again;
  std::vector<std::string> remarks;
  CHECK(load_into(again, *record, {test::today}, remarks));
  CHECK(remarks.empty());
  for (const auto& [t, what] : store.machine(tag)->credentials) {
    CAPTURE(std::string(name(t)));
    const auto known = again.find(alice, tag, t);
    REQUIRE(known);
    CHECK((*known)->key.same_as(what->key.view()));
    CHECK((*known)->as_given == what->as_given);
  }
  CHECK(encode(record_of(tag, *again.machine(tag)))->same_as(bytes->view()));
}

TEST_CASE("a clock that is not set empties no store; what is out of date is remarked on") {
  const auto store = filled();
  const auto record = decode(encode(record_of(tag, *store.machine(tag)))->view());
  credential_store again;
  std::vector<std::string> remarks;
  CHECK(load_into(again, *record, {calendar_time{}}, remarks));
  CHECK(again.size() == 5);
  REQUIRE(remarks.size() == 3);  // two roots, one certificate
  CHECK(remarks[2].find("CN=client RSA is not valid before 2020-01-01") != std::string::npos);
}

TEST_CASE("rules that have become stricter leave the rest of the tag") {
  const auto store = filled();
  const auto record = decode(encode(record_of(tag, *store.machine(tag)))->view());
  credential_store again;
  std::vector<std::string> remarks;
  CHECK(load_into(again, *record, {test::today, 4096}, remarks));
  CHECK(again.size() == 3);  // the EC root, the PSK and its identity
  CHECK(remarks.size() == 3);
}

TEST_CASE("each cut and each altered byte is found") {
  credential_store store;
  REQUIRE(store.add_machine(tag, test::given(type::psk, "0123456789abcdef"), {true}));
  const auto bytes = encode(record_of(tag, *store.machine(tag)));
  REQUIRE(decode(bytes->view()));
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    CHECK(decode(bytes->view().first(i)).error().code == errc::malformed);
    auto altered = bytes->copy();
    altered.room()[i] ^= std::byte{1};
    CHECK(decode(altered.view()).error().code == errc::malformed);
  }
  auto longer = bytes->copy();
  longer.append(test::bytes_of("x"));
  CHECK_FALSE(decode(longer.view()));
}

TEST_CASE("more than a record holds is refused") {
  credential_record record{tag};
  record.scope.uids.resize(1025);
  CHECK(encode(record).error().code == errc::limit_reached);
  record.scope.uids.clear();
  record.entries.push_back({type::ca_certificate, secret(limits::credential_bytes_max + 1)});
  CHECK(encode(record).error().code == errc::limit_reached);
}
