// SPDX-License-Identifier: Apache-2.0
#include "actors/keeper_actor.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fstream>

#include "tests/support/actor_world.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/test_kit.hpp"

using namespace cellsock;
using namespace cellsock::test;
using type = credential_type;

namespace {

constexpr sec_tag tag{42};
constexpr auto own_user = credential_scope::kind::user;
constexpr auto own_group = credential_scope::kind::group;

msg::shared_secret content(std::string_view text) {
  return std::make_shared<const secret>(bytes_of(text));
}

struct keeper_world : actor_world {
  scratch dir;
  test_kit secrets;

  explicit keeper_world(bool entropy = true) {
    also = [this] { return secrets.aside->work(); };
    if (!entropy) secrets.random = nullptr;
    start();
  }
  ~keeper_world() {
    secrets.end();
    settle();
    CHECK(system.registry().running() == 0);
  }
  void start() {
    secrets.make(system, loop, dir.at("creds"));
    settle();
  }
  void restart() {
    secrets.end();
    settle();
    start();
  }
  keeper_handle& keeper() { return secrets.kit.keeper; }

  struct run {
    program who;
    shared_descriptor anchor = {};
    std::string name = {};
  };
  run program_of(std::uint32_t uid, std::vector<std::uint32_t> gids = {}) {
    run made{{{}, uid, std::move(gids)}};
    const auto opened = call<msg::session_opened>(keeper(), msg::open_session{{made.who, 1}});
    REQUIRE(opened);
    made.who.id = opened->id;
    made.anchor = opened->anchor;
    made.name = opened->name;
    return made;
  }
  static msg::add_credential adding(const program& who, type what, std::string_view text,
                                    std::optional<credential_scope> durable = {}) {
    const auto owner = durable ? credential_owner{{}, *durable} : session_of(who);
    return {{who, 1}, owner, tag, what, content(text)};
  }
  errc add(const program& who, type what, std::string_view text,
           std::optional<credential_scope> durable = {}) {
    const auto made = call<msg::credentials_added>(keeper(), adding(who, what, text, durable));
    return made ? errc::none : made.error().code;
  }
  errc remove(const program& who, type what, std::optional<credential_scope> durable = {}) {
    const auto gone = call<msg::credential_deleted>(
        keeper(), msg::delete_credential{{who, 1}, durable, tag, what});
    return gone ? errc::none : gone.error().code;
  }
  /// The PSK that a handshake of this program would use.
  std::string psk_of(const program& who) {
    const auto made = call<msg::handshake_prepared>(keeper(), msg::prepare_handshake{who, {tag}});
    if (!made) return std::string(name(made.error().code));
    const auto key = made->tags.at(0).psk->key.view();
    return {reinterpret_cast<const char*>(key.data()), key.size()};
  }
  std::size_t listed(const program& who, bool everybody = false) {
    return call<msg::credentials_listed>(keeper(), msg::list_credentials{who, everybody})
        ->all.size();
  }
};

constexpr auto key_1 = "0123456789abcdef";
constexpr auto key_2 = "fedcba9876543210";

}  // namespace

TEST_CASE("credentials of a program live as long as its anchor") {
  keeper_world w;
  auto first = w.program_of(1000);
  CHECK(w.add(first.who, type::psk, key_1) == errc::none);
  CHECK(w.add(first.who, type::psk, key_1) == errc::credential_exists);
  auto second = w.program_of(1000);  // another run, at the same time
  CHECK(w.psk_of(second.who) == "credential-missing");
  CHECK(w.add(second.who, type::psk, key_2) == errc::none);
  CHECK(w.psk_of(first.who) == key_1);
  // Its child has a copy of the anchor, and is no less the program.
  const descriptor child(::dup(first.anchor->get()));
  first.anchor.reset();
  w.settle();
  CHECK(w.psk_of(first.who) == key_1);
  const auto id = w.call<msg::session_joined>(w.keeper(), msg::join_session{1000, first.name})->id;
  CHECK(id == first.who.id);
  CHECK(w.call<msg::session_joined>(w.keeper(), msg::join_session{1001, first.name})->id ==
        program_id{});
  ::close(const_cast<descriptor&>(child).release());
  w.settle();
  CHECK(w.psk_of(first.who) == "credential-missing");
  CHECK(w.psk_of(second.who) == key_2);
  CHECK(w.call<msg::session_joined>(w.keeper(), msg::join_session{1000, first.name})->id ==
        program_id{});
  CHECK(w.add(first.who, type::psk, key_1) == errc::not_permitted);  // of a session that is over
  CHECK(w.add({{}, 1000}, type::psk, key_1) == errc::not_permitted);
}

TEST_CASE("what a program writes to its anchor, or how it shuts it, harms nobody") {
  keeper_world w;
  auto one = w.program_of(1000);
  auto other = w.program_of(1000);
  CHECK(w.add(one.who, type::psk, key_1) == errc::none);
  CHECK(::send(one.anchor->get(), "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == -1);
  w.settle();
  CHECK(w.psk_of(one.who) == key_1);
  ::shutdown(one.anchor->get(), SHUT_RDWR);
  w.settle();
  CHECK(w.psk_of(one.who) == "credential-missing");
  CHECK(w.add(other.who, type::psk, key_1) == errc::none);
}

TEST_CASE("durable ones are there after a restart, for whom they were given to") {
  keeper_world w;
  const program alice{{}, 1000, {100}};
  const program bob{{}, 1001, {100}};
  CHECK(w.add({{}, 0}, type::psk, key_1, credential_scope{own_group, 100}) == errc::none);
  CHECK(w.add(bob, type::psk, key_2, credential_scope{own_user, 1001}) == errc::none);
  for (const bool again : {false, true}) {
    CAPTURE(again);
    if (again) w.restart();
    CHECK(w.psk_of(alice) == key_1);
    CHECK(w.psk_of(bob) == key_2);  // its user's before its group's
    CHECK(w.psk_of({{}, 1002, {}}) == "credential-missing");
    CHECK(w.listed(bob) == 1);
    CHECK(w.listed(bob, true) == 2);
  }
  CHECK(w.remove(alice, type::psk) == errc::credential_protected);
  CHECK(w.remove(alice, type::psk, credential_scope{own_user, 1000}) == errc::credential_missing);
  CHECK(w.remove({{}, 0}, type::psk, credential_scope{own_group, 100}) == errc::none);
  CHECK(w.psk_of(alice) == "credential-missing");
  w.restart();
  CHECK(w.psk_of(alice) == "credential-missing");
  CHECK(w.psk_of(bob) == key_2);
}

TEST_CASE("a disk that takes nothing changes nothing") {
  keeper_world w;
  std::ofstream(w.dir.at("creds")) << "a file where the directory should be";
  const credential_scope mine{own_user, 1000};
  const auto refused = w.call<msg::credentials_added>(
      w.keeper(), keeper_world::adding({{}, 1000}, type::psk, key_1, mine));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find(w.dir.at("creds")) != std::string::npos);
  CHECK(w.psk_of({{}, 1000}) == "credential-missing");
  std::filesystem::remove(w.dir.at("creds"));
  CHECK(w.add({{}, 1000}, type::psk, key_1, mine) == errc::none);
}

TEST_CASE("key and certificate: refused with what is wrong, and nothing is kept") {
  keeper_world w;
  const credential_scope mine{own_user, 1000};
  const program me{{}, 1000};
  CHECK(w.add(me, type::own_certificate, pki_file("client_ec.cert.pem"), mine) == errc::none);
  const auto refused = w.call<msg::credentials_added>(
      w.keeper(),
      keeper_world::adding(me, type::private_key, pki_file("client_rsa.key.pem"), mine));
  CHECK(refused.error().code == errc::credential_invalid);
  CHECK(refused.error().detail.starts_with("tag 42: the private key does not belong"));
  CHECK(w.listed(me) == 1);
  CHECK(w.add(me, type::private_key, pki_file("client_ec.key.pem"), mine) == errc::none);
  w.restart();
  CHECK(w.listed(me) == 2);
}

TEST_CASE("a program that ends while its key is being read leaves nothing") {
  keeper_world w;
  auto one = w.program_of(1000);
  w.secrets.aside->hold = true;
  caf::scoped_actor self{w.system};
  auto handle =
      self->request(w.keeper(), caf::infinite, keeper_world::adding(one.who, type::psk, key_1));
  w.settle();
  CHECK(w.secrets.aside->waiting() == 1);
  one.anchor.reset();
  w.settle();
  w.secrets.aside->hold = false;
  w.settle();
  handle.receive([](msg::credentials_added&) { FAIL("it was kept"); },
                 [](caf::error& e) { CHECK(to_failure(e).code == errc::not_permitted); });
  CHECK(w.listed({{}, 1000}, true) == 0);
}

TEST_CASE("changes are made one after the other, and one user cannot queue without end") {
  keeper_world w;
  auto one = w.program_of(1000);
  w.secrets.aside->hold = true;
  caf::scoped_actor self{w.system};
  constexpr std::size_t asked = limits::credential_changes_per_user_max + 3;
  std::size_t refused = 0;
  auto ask_one = [&] {
    return self->request(w.keeper(), caf::infinite,
                         keeper_world::adding(one.who, type::psk, key_1));
  };
  std::vector<decltype(ask_one())> handles;
  for (std::size_t i = 0; i < asked; ++i) handles.push_back(ask_one());
  w.settle();
  CHECK(w.secrets.aside->waiting() == 1);
  // Another user is not behind that limit.
  auto other =
      self->request(w.keeper(), caf::infinite,
                    keeper_world::adding({{}, 7}, type::psk, key_2, credential_scope{own_user, 7}));
  w.secrets.aside->hold = false;
  w.settle();
  std::size_t added = 0;
  std::size_t exists = 0;
  for (auto& handle : handles)
    handle.receive([&](msg::credentials_added&) { ++added; },
                   [&](caf::error& e) {
                     const auto why = to_failure(e).code;
                     exists += why == errc::credential_exists ? 1 : 0;
                     refused += why == errc::limit_reached ? 1 : 0;
                   });
  other.receive([](msg::credentials_added&) {}, [](caf::error&) { FAIL("another user's"); });
  CHECK(added == 1);
  CHECK(exists == limits::credential_changes_per_user_max);
  CHECK(refused == 2);
}

TEST_CASE("a user's programs with credentials are counted") {
  keeper_world w;
  std::vector<keeper_world::run> runs;
  for (std::size_t i = 0; i < limits::credential_sessions_per_user_max; ++i)
    runs.push_back(w.program_of(1000));
  CHECK(w.call<msg::session_opened>(w.keeper(), msg::open_session{{{{}, 1000}, 1}}).error().code ==
        errc::limit_reached);
  CHECK(w.call<msg::session_opened>(w.keeper(), msg::open_session{{{{}, 1001}, 1}}));
  runs.pop_back();
  w.settle();
  CHECK(w.call<msg::session_opened>(w.keeper(), msg::open_session{{{{}, 1000}, 1}}));
}

TEST_CASE("what was resumable is not, once its tag holds something else") {
  keeper_world w;
  auto run = w.program_of(1000);
  const credential_scope mine{own_user, 1000};
  CHECK(w.add(run.who, type::psk, key_1, mine) == errc::none);
  tls::session_key key;
  key.peer = "192.0.2.1:443";
  key.tags = {tag};
  key.user = 1000;
  const auto keep = [&] {
    caf::anon_send(w.keeper(), msg::keep_session{key, content("a session")});
    w.settle();
  };
  const auto resumable = [&] {
    return w.call<msg::handshake_prepared>(w.keeper(), msg::prepare_handshake{run.who, {}, key})
               ->resumption != nullptr;
  };
  CHECK_FALSE(resumable());
  keep();
  CHECK(resumable());
  auto replaced = keeper_world::adding(run.who, type::psk, key_2, mine);
  replaced.replace = true;
  CHECK(w.call<msg::credentials_added>(w.keeper(), replaced));
  CHECK_FALSE(resumable());
  keep();
  CHECK(w.remove(run.who, type::psk, mine) == errc::none);
  CHECK_FALSE(resumable());
  keep();
  caf::anon_send(w.keeper(), msg::purge_sessions{1001});
  w.settle();
  CHECK(resumable());
  caf::anon_send(w.keeper(), msg::forget_session{key});
  w.settle();
  CHECK_FALSE(resumable());
  key.program = run.who.id;
  keep();
  CHECK(resumable());
  run.anchor.reset();
  w.settle();
  CHECK_FALSE(resumable());
}

TEST_CASE("ticket keys change, and those that nobody uses go") {
  keeper_world w;
  const auto keys = [&] {
    return w.call<msg::handshake_prepared>(w.keeper(), msg::prepare_handshake{{}, {}, {}, true})
        ->tickets;
  };
  const auto first = keys();
  REQUIRE(first);
  CHECK(keys() == first);
  std::array<std::byte, 200> ticket{};
  const auto size = first->seal(bytes_of("a session"), today, *w.secrets.random, ticket);
  REQUIRE(size);
  const auto sealed = std::span(ticket).first(*size);
  w.advance(limits::tls_ticket_age_max);
  const auto second = keys();
  CHECK(second != first);
  CHECK(second->open(sealed, today));  // under the one before
  w.advance(limits::tls_ticket_age_max);
  CHECK_FALSE(keys()->open(sealed, today));
  w.advance(3 * limits::tls_ticket_age_max);  // nobody asks: dropped, not turned on and on
  const auto later = keys();
  CHECK_FALSE(later->open(sealed, today));
}

TEST_CASE("without randomness nothing is generated, no session opened, no ticket given") {
  keeper_world w(false);
  CHECK(w.call<msg::session_opened>(w.keeper(), msg::open_session{{{{}, 1000}, 1}}).error().code ==
        errc::no_entropy);
  const msg::generate_credential wanted{
      {{{}, 1000}, 1}, {{}, {own_user, 1000}}, tag, "CN=a", {}, 30};
  CHECK(w.call<msg::credentials_added>(w.keeper(), wanted).error().code == errc::no_entropy);
  CHECK_FALSE(w.call<msg::handshake_prepared>(w.keeper(), msg::prepare_handshake{{}, {}, {}, true})
                  ->tickets);
  CHECK(w.add({{}, 1000}, type::psk, key_1, credential_scope{own_user, 1000}) == errc::none);
}

TEST_CASE("a generated key is kept, with its certificate or without") {
  keeper_world w;
  const program me{{}, 1000};
  msg::generate_credential wanted{{me, 1},           {{}, {own_user, 1000}}, tag,
                                  "CN=gateway.test", {"gateway.test"},       30};
  const auto made = w.call<msg::credentials_added>(w.keeper(), wanted);
  REQUIRE(made);
  CHECK(made->added.size() == 2);
  CHECK(made->pem.starts_with("-----BEGIN CERTIFICATE-----"));
  CHECK(w.call<msg::credentials_added>(w.keeper(), wanted).error().code == errc::credential_exists);
  wanted.tag = sec_tag{43};
  wanted.days = 0;
  const auto request = w.call<msg::credentials_added>(w.keeper(), wanted);
  REQUIRE(request);
  CHECK(request->added.size() == 1);
  CHECK(request->pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
  w.restart();
  CHECK(w.listed(me) == 3);
  const auto ready = w.call<msg::handshake_prepared>(w.keeper(), msg::prepare_handshake{me, {tag}});
  REQUIRE(ready);
  CHECK(check_pair(*ready->tags[0].own_certificate, *ready->tags[0].private_key));
}

TEST_CASE("compared in whichever form, read back only what is public") {
  keeper_world w;
  auto run = w.program_of(1000);
  CHECK(w.add(run.who, type::private_key, pki_file("client_ec.key.pem")) == errc::none);
  const auto same = [&](type what, std::string_view text) {
    return w.call<msg::credential_compared>(
        w.keeper(), msg::compare_credential{run.who, tag, what, content(text)});
  };
  CHECK(same(type::private_key, pki_file("client_ec.key.pem"))->same);
  CHECK_FALSE(same(type::private_key, pki_file("client_rsa.key.pem"))->same);
  CHECK(same(type::psk, key_1).error().code == errc::credential_missing);
  const auto get = [&](type what) {
    return w.call<msg::credential_found>(w.keeper(), msg::get_credential{run.who, tag, what});
  };
  CHECK(get(type::private_key).error().code == errc::credential_protected);
  CHECK(get(type::psk).error().code == errc::credential_missing);
}
