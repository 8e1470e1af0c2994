// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <vector>

#include "actors/interfaces.hpp"

/// A bridge and a supervisor that only take notes, and act when a test tells them to.
namespace cellsock::test {

struct notes {
  std::vector<msg::bytes> chunks;
  std::vector<msg::datagram> datagrams;
  std::vector<rai_hint> hints;  // that came with chunks
  std::vector<msg::radio_news> news;
  std::vector<msg::ask_radio> asked;
  rai_hint answer = rai_hint::none;  // to what is asked of the radio
  std::vector<std::size_t> offers;
  std::vector<bool> wants;
  std::vector<endpoint> connects;
  int closes = 0;
  int forgets = 0;
  int finishes = 0;
  int dissolves = 0;
  carried_handle socket;
  std::vector<std::pair<socket_id, pdn_id>> declared;
  msg::interfaces networks;
  std::vector<msg::resolve_name> names_asked;
  std::vector<msg::order_pdn> orders;
  msg::network_interface network_woken;  // what an order makes of it
  result<msg::name_resolved> link_says{msg::name_resolved{}};
  std::vector<caf::typed_response_promise<msg::socket_connected>> connecting;
  std::vector<caf::typed_response_promise<msg::socket_closed>> closing;
  std::vector<msg::tombstone> stones;
  int socket_closing = 0;
  std::function<void()> next;  // run inside the bridge: a promise is delivered by its own actor
};

class fake_bridge final : public bridge_handle::base {
public:
  fake_bridge(caf::actor_config& config, notes& book) : bridge_handle::base(config), book_(book) {}
  behavior_type make_behavior() override {
    return {
        [this](msg::declare_socket& m) {
          book_.socket = m.owner;
          book_.declared.emplace_back(m.id, m.pdn);
        },
        [this](const msg::connect_socket& m) -> caf::result<msg::socket_connected> {
          book_.connects.push_back(m.peer);
          book_.connecting.push_back(make_response_promise<msg::socket_connected>());
          return book_.connecting.back();
        },
        [](const msg::bind_socket& m) {
          return msg::socket_bound{{*parse_address("10.0.0.1"), m.port}};
        },
        [](const msg::listen_socket&) { return msg::socket_listening{}; },
        [](const msg::accept_socket&) { return msg::socket_accepted{}; },
        [](const msg::set_link_option& m) -> caf::result<msg::option_set> {
          if (m.name == msg::option::pdn && m.value != 0) return to_error(fail(errc::no_device));
          return msg::option_set{};
        },
        [this](const msg::order_pdn& m) -> caf::result<msg::order_done> {
          book_.orders.push_back(m);
          if (book_.networks.all.empty()) return msg::order_done{m.which};
          if (book_.networks.all.size() <= number(m.which))
            return to_error(fail(errc::no_device, "there is no such network"));
          book_.networks.all[number(m.which)] = book_.network_woken;
          return msg::order_done{m.which};
        },
        [](const msg::set_radio&) { return msg::order_done{}; },
        [](const msg::get_link_option&) { return msg::option_value{}; },
        [](const msg::flush_socket&) { return msg::socket_flushed{}; },
        [this](const msg::close_socket&) -> caf::result<msg::socket_closed> {
          ++book_.closes;
          book_.closing.push_back(make_response_promise<msg::socket_closed>());
          return book_.closing.back();
        },
        [this](const msg::forget_socket&) { ++book_.forgets; },
        [this](const msg::offer& m) { book_.offers.push_back(m.waiting); },
        [this](const msg::want_receive& m) { book_.wants.push_back(m.wanted); },
        [this](msg::chunk& m) {
          book_.hints.push_back(m.hint);
          book_.chunks.push_back(std::move(m.data));
        },
        [this](msg::datagram& m) { book_.datagrams.push_back(std::move(m)); },
        [this](const msg::finish_sending&) { ++book_.finishes; },
        [this](const msg::dissolve_peer&) { ++book_.dissolves; },
        [this](const msg::resolve_name& m) -> caf::result<msg::name_resolved> {
          book_.names_asked.push_back(m);
          if (!book_.link_says) return to_error(book_.link_says.error());
          return *book_.link_says;
        },
        [this](const msg::get_interfaces&) { return book_.networks; },
        [](const msg::run_at&) { return msg::at_answered{}; },
        [](const msg::tell_hint&) { return msg::option_set{}; },
        [](const msg::get_bridge_report&) { return msg::bridge_report{}; },
        [](const msg::stop_bridge&) { return msg::bridge_stopped{}; },
        [](const msg::port_opened&) {},
        [](const msg::port_received&) {},
        [](const msg::port_drained&) {},
        [](const msg::port_closed&) {},
        [](const msg::port_lines&) {},
        [this](const msg::tick&) { book_.next(); },
    };
  }

private:
  notes& book_;
};

class fake_supervisor final : public supervisor_handle::base {
public:
  fake_supervisor(caf::actor_config& config, notes& book)
      : supervisor_handle::base(config), book_(book) {}
  behavior_type make_behavior() override {
    return {
        [](const msg::create_socket&) { return msg::socket_created{}; },
        [](const msg::adopt_socket&) { return msg::socket_adopted{}; },
        [](const msg::socket_moved&) {},
        [](const msg::connection_taken&) {},
        [](const msg::get_link_report&) { return msg::link_report{}; },
        [](const msg::get_rules&) { return msg::current_rules{}; },
        [](const msg::resolve_name&) { return msg::name_resolved{}; },
        [](const msg::lookup_moves&) {},
        [](const msg::get_interfaces&) { return msg::interfaces{}; },
        [](const msg::set_dns&) { return msg::option_set{}; },
        [](const msg::order_pdn&) { return msg::order_done{}; },
        [](const msg::set_radio&) { return msg::order_done{}; },
        [](const msg::run_at&) { return msg::at_answered{}; },
        [](const msg::link_changed&) {},
        [this](const msg::socket_closing&) { ++book_.socket_closing; },
        [this](const msg::socket_ended& m) { book_.stones.push_back(m.stone); },
        [this](const msg::radio_news& m) { book_.news.push_back(m); },
        [this](const msg::ask_radio& m) {
          book_.asked.push_back(m);
          return msg::radio_word{book_.answer};
        },
        [](const msg::radio_changed&) {},
        [](const msg::hint_refused&) {},
        [](const msg::radio_tick&) {},
        [](const msg::get_radio_report&) { return msg::radio_report{}; },
        [](const msg::tick&) {},
        [](const msg::stop_all&) { return msg::stopped{}; },
    };
  }

private:
  notes& book_;
};

}  // namespace cellsock::test
