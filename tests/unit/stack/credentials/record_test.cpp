// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/record.hpp"

#include <doctest/doctest.h>

#include "stack/limits.hpp"
#include "tests/support/pki.hpp"

using namespace cellsock;
using type = credential_type;

namespace {

constexpr sec_tag tag{4000000000U};
const program member{program_id{1}, 1000, {50}};

constexpr credential_scope scope{credential_scope::kind::group, 50};
constexpr credential_owner owner{{}, scope};

credential_store filled() {
  credential_store store;
  REQUIRE(store.add(owner, tag, test::pki(type::ca_certificate, "roots.pem")));
  REQUIRE(store.add(owner, tag, test::pki(type::own_certificate, "client_rsa.cert.pem")));
  REQUIRE(store.add(owner, tag, test::pki(type::private_key, "client_rsa.pkcs1.pem")));
  REQUIRE(store.add(owner, tag, test::given(type::psk, "0123456789abcdef")));
  REQUIRE(store.add(owner, tag, test::given(type::psk_identity, "me")));
  return store;
}

credential_record record_in(const credential_store& store) {
  return record_of(tag, scope, store.held(owner, tag));
}

}  // namespace

TEST_CASE("a tag comes back from its record as it went in") {
  const auto store = filled();
  const auto bytes = encode(record_in(store));
  REQUIRE(bytes);
  const auto record = decode(bytes->view());
  REQUIRE(record);
  CHECK(record->tag == tag);
  CHECK(record->scope == scope);
  CHECK(record->entries.size() == 5);
  credential_store again;
  std::vector<std::string> remarks;
  load_into(again, *record, test::today, remarks);
  CHECK(remarks.empty());
  for (const auto& [t, what] : store.held(owner, tag)) {
    CAPTURE(std::string(name(t)));
    const auto known = again.find(member, tag, t);
    REQUIRE(known);
    CHECK((*known)->key.same_as(what->key.view()));
    CHECK((*known)->as_given == what->as_given);
    CHECK((*known)->origin.added == what->origin.added);
    CHECK((*known)->origin.sha256 == what->origin.sha256);
  }
  CHECK(encode(record_in(again))->same_as(bytes->view()));
}

TEST_CASE("a clock that is not set empties no store; what is out of date is remarked on") {
  const auto record = decode(encode(record_in(filled()))->view());
  credential_store again;
  std::vector<std::string> remarks;
  load_into(again, *record, calendar_time{}, remarks);
  CHECK(again.size() == 5);
  REQUIRE(remarks.size() == 3);  // two roots, one certificate
  CHECK(remarks[2].find("CN=client RSA is not valid before 2020-01-01") != std::string::npos);
  CHECK(remarks[2].starts_with("gid 50, tag 4000000000: "));
}

TEST_CASE("what was taken under kinder rules is taken again, and only under those") {
  credential_store store;
  const credential_rules kind{test::today, 1024};
  const auto small =
      read_credential(type::private_key, test::bytes_of(test::pki_file("small_rsa.key.pem")), kind);
  REQUIRE(small);
  REQUIRE(store.add(owner, tag, *small));
  REQUIRE(store.add(owner, tag, test::given(type::psk, "0123456789abcdef")));
  auto record = record_in(store);
  credential_store again;
  std::vector<std::string> remarks;
  load_into(again, record, test::today, remarks);
  CHECK(again.size() == 2);
  CHECK(remarks.empty());
  record.entries[0].origin.rsa_bits_min = 2048;
  credential_store stricter;
  load_into(stricter, record, test::today, remarks);
  CHECK(stricter.size() == 1);  // the PSK
  CHECK(remarks.size() == 1);
}

TEST_CASE("each cut and each altered byte is found") {
  credential_store store;
  REQUIRE(store.add(owner, tag, test::given(type::psk, "0123456789abcdef")));
  const auto bytes = encode(record_in(store));
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
  record.entries.push_back({type::ca_certificate, secret(limits::credential_bytes_max + 1)});
  CHECK(encode(record).error().code == errc::limit_reached);
}
