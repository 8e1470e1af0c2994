// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/credential_messages.hpp"
#include "actors/messages.hpp"

/// The catalogue of actors: read this first. Each line is a conversation: what is asked, what is
/// answered. A failed request is answered with an error that carries an errc (to_error below;
/// ask.hpp reads it back).
namespace cellsock {

/// A failure as CAF carries it: code and category, the detail as context.
[[nodiscard]] inline caf::error to_error(const failure& why) {
  return {static_cast<std::uint8_t>(why.code), caf::atom("cellsock"),
          caf::make_message(why.detail)};
}

/// What hears of one socket's traffic from whatever carries it: the socket's actor, or a secure
/// layer that lies between (secure_messages.hpp).
using carried_handle =
    caf::typed_actor<caf::reacts_to<msg::give_chunk>, caf::reacts_to<msg::chunk_sent>,
                     caf::reacts_to<msg::datagram_dropped>, caf::reacts_to<msg::received>,
                     caf::reacts_to<msg::reception_ended>, caf::reacts_to<msg::socket_broken>,
                     caf::reacts_to<msg::connection_waiting>,
                     // From a secure layer alone.
                     caf::reacts_to<msg::secure_news>>;

/// One BSD socket: owns its channel, shell over stack/socket_machine.
using socket_handle = carried_handle::extend<
    // From its program, through a control connection.
    // Fails with connection_refused, timed_out, pdn_down, not_registered, already_connected,
    // connect_pending, connect_in_progress (nonblocking: it goes on), …
    caf::replies_to<msg::connect_channel>::with<msg::channel_connected>,
    // Once, before connecting or sending. Fails with invalid_argument, address_in_use,
    // address_not_available, and as connecting does.
    caf::replies_to<msg::bind_channel>::with<msg::channel_bound>,
    // Streams. Fails with invalid_argument, unsupported_operation (the link has no server), and as
    // binding does.
    caf::replies_to<msg::listen_channel>::with<msg::channel_listening>,
    // From its listener, once.
    caf::replies_to<msg::begin_accepted>::with<msg::channel_connected>,
    // Fails with unsupported_operation, timed_out, and what ended the channel.
    caf::replies_to<msg::flush_channel>::with<msg::channel_flushed>,
    caf::replies_to<msg::get_option>::with<msg::option_value>,
    caf::replies_to<msg::set_option>::with<msg::option_set>,
    // Before it is connected, bound or sent on. Fails with invalid_argument, no_handle.
    caf::replies_to<msg::move_channel>::with<msg::option_set>,
    caf::replies_to<msg::get_names>::with<msg::socket_names>,
    caf::replies_to<msg::get_reason>::with<msg::end_reason>,
    // From its own channel.
    caf::reacts_to<msg::channel_readable>, caf::reacts_to<msg::channel_writable>,
    caf::reacts_to<msg::channel_hung_up>, caf::reacts_to<msg::linger_over>,
    caf::reacts_to<msg::session_check>, caf::reacts_to<msg::flush_over>,
    // Secure sockets; fail with unknown_option on others, and as the option's row says
    // (stack/tls/choices.hpp).
    caf::replies_to<msg::set_secure_option>::with<msg::option_set>,
    caf::replies_to<msg::get_secure_option>::with<msg::secure_option_value>,
    // From the supervisor.
    caf::replies_to<msg::get_socket_report>::with<msg::socket_report>,
    caf::reacts_to<msg::stop_all>>;

}  // namespace cellsock

namespace cellsock::msg {
/// Makes the socket known to the bridge, and where its facts go.
struct declare_socket {
  socket_id id;
  ip_family family;
  transport kind;
  carried_handle owner;
  pdn_id pdn{};  // whose network it uses, from its first use on
};
/// Takes a waiting connection of `listener` for the new socket `child`.
struct accept_socket {
  socket_id listener;
  socket_id child;
  carried_handle owner;  // of the child
};
struct socket_created {
  socket_id id{};
  socket_cookie cookie{};
  shared_descriptor program_end = {};  // to be passed on, then closed here
  socket_handle actor = {};
  datagram_rules rules = {};
  stream_rules stream = {};
  carried_handle hears = {};  // of its traffic: the actor, or its secure layer
};
struct socket_born {
  socket_cookie cookie;
  socket_handle actor;
};
struct socket_found {
  socket_handle actor;
};
}  // namespace cellsock::msg

namespace cellsock {

/// What carries sockets: a link's bridge, or one socket's secure layer above it. All intents of one
/// socket act in the order sent.
using carrier_handle = caf::typed_actor<
    caf::reacts_to<msg::declare_socket>,
    // Fails as connect_channel does, plus no_handle.
    caf::replies_to<msg::connect_socket>::with<msg::socket_connected>,
    caf::replies_to<msg::bind_socket>::with<msg::socket_bound>,
    // Of a stream, bound or not. Fails with unsupported_operation (a row says so), address_in_use,
    // and as binding does. From then on the owner hears connection_waiting.
    caf::replies_to<msg::listen_socket>::with<msg::socket_listening>,
    // Declares the child. Fails with would_block when none waits any more, and with no_handle.
    caf::replies_to<msg::accept_socket>::with<msg::socket_accepted>,
    // Only options whose row says `carried`. Fail with unknown_option, invalid_argument, link_down.
    caf::replies_to<msg::set_link_option>::with<msg::option_set>,
    caf::replies_to<msg::get_link_option>::with<msg::option_value>,
    // Fails with unsupported_operation, timed_out.
    caf::replies_to<msg::flush_socket>::with<msg::socket_flushed>,
    // Never fails for want of a socket.
    caf::replies_to<msg::close_socket>::with<msg::socket_closed>,
    caf::reacts_to<msg::forget_socket>, caf::reacts_to<msg::offer>,
    caf::reacts_to<msg::want_receive>, caf::reacts_to<msg::chunk>, caf::reacts_to<msg::datagram>,
    caf::reacts_to<msg::finish_sending>, caf::reacts_to<msg::dissolve_peer>>;

/// One socket's TLS or DTLS: to the socket's actor what carries it, to the bridge the socket. It
/// ends with forget_socket. The keys of its handshakes: keeper_handle.
using layer_handle = carrier_handle::extend_with<carried_handle>::extend<
    // What the program chose; before connect_socket, bind_socket and begin_server at the latest.
    caf::reacts_to<msg::choose>,
    // An accepted stream: answered when its handshake is done. Fails as a secure connect does.
    caf::replies_to<msg::begin_server>::with<msg::channel_connected>,
    // DTLS; fail with would_block, invalid_argument, not_connected, limit_reached.
    caf::replies_to<msg::save_connection>::with<msg::option_set>,
    caf::replies_to<msg::load_connection>::with<msg::option_set>,
    // From its runner (session_runner.hpp), and when an end took long enough.
    caf::reacts_to<msg::linger_over>, caf::reacts_to<msg::session_stepped>,
    caf::reacts_to<msg::session_due>>;

/// One modem: shell around the AT engine.
using bridge_handle = carrier_handle::extend<
    // Fails with name_not_found, name_failed, name_try_again, link_down, not_registered.
    caf::replies_to<msg::resolve_name>::with<msg::name_resolved>,
    caf::replies_to<msg::get_interfaces>::with<msg::interfaces>,
    // Fails with command_refused (detail: why), timed_out, link_down.
    caf::replies_to<msg::run_at>::with<msg::at_answered>,
    // Fails with no_handle, unknown_option, link_down.
    caf::replies_to<msg::tell_hint>::with<msg::option_set>,
    // Fail with no_device, invalid_argument, pdn_down, not_registered, modem_error, link_down;
    // unsupported_operation where there is no modem.
    caf::replies_to<msg::order_pdn>::with<msg::order_done>,
    caf::replies_to<msg::set_radio>::with<msg::order_done>,
    caf::replies_to<msg::get_bridge_report>::with<msg::bridge_report>,
    // Closes every socket in the modem, then the port.
    caf::replies_to<msg::stop_bridge>::with<msg::bridge_stopped>,
    // From its own port and timers.
    caf::reacts_to<msg::port_opened>, caf::reacts_to<msg::port_received>,
    caf::reacts_to<msg::port_drained>, caf::reacts_to<msg::port_closed>,
    caf::reacts_to<msg::port_lines>, caf::reacts_to<msg::tick>>;

/// One socket through which names are looked up: to the bridge a datagram socket like any other.
using resolver_handle = socket_handle::extend<
    // Fails with link_down, pdn_down, …; a failure of the name, or of its servers, is an answer.
    caf::replies_to<msg::look_up>::with<msg::looked_up>,
    // Then it ends.
    caf::reacts_to<msg::release_socket>, caf::reacts_to<msg::tick>>;

}  // namespace cellsock

namespace cellsock::msg {
/// The link as it is now, for whoever looks names up over it.
struct names_link {
  bridge_handle bridge = {};  // none: it is being started again
  bool ready = false;
  bool finds_both = true;
  std::size_t sockets_free = 0;
};
}  // namespace cellsock::msg

namespace cellsock {

/// The names of one link: what was answered lately, and who is asked.
using names_handle = caf::typed_actor<
    // Fails with name_not_found, name_failed, name_try_again, no_device, and what the link fails
    // with.
    caf::replies_to<msg::resolve_name>::with<msg::name_resolved>,
    caf::replies_to<msg::set_dns>::with<msg::option_set>, caf::reacts_to<msg::names_link>,
    caf::reacts_to<msg::resolver_idle>, caf::reacts_to<msg::stop_all>>;

}  // namespace cellsock

namespace cellsock::msg {
/// A socket without anything in its modem comes from another link.
struct adopt_socket {
  socket_id id;
  socket_cookie cookie;
  socket_shape shape;
  owner who;
  socket_handle actor;
};
struct socket_adopted {
  carrier_handle bridge;
  layer_handle layer = {};  // of a secure socket: the same actor
  datagram_rules rules = {};
  link_kind kind = link_kind::modem;
  stream_rules stream = {};
};
}  // namespace cellsock::msg

namespace cellsock {

/// One link: owns its socket actors and its bridge; admission and recovery.
using supervisor_handle = caf::typed_actor<
    // Fails with no_handle (the modem's sockets are all held), limit_reached, stopping.
    caf::replies_to<msg::create_socket>::with<msg::socket_created>,
    // Fails as creating does.
    caf::replies_to<msg::adopt_socket>::with<msg::socket_adopted>,
    caf::reacts_to<msg::socket_moved>, caf::reacts_to<msg::connection_taken>,
    caf::replies_to<msg::get_link_report>::with<msg::link_report>,
    caf::replies_to<msg::get_rules>::with<msg::current_rules>,
    caf::replies_to<msg::resolve_name>::with<msg::name_resolved>, caf::reacts_to<msg::lookup_moves>,
    caf::replies_to<msg::get_interfaces>::with<msg::interfaces>,
    caf::replies_to<msg::set_dns>::with<msg::option_set>,
    caf::replies_to<msg::run_at>::with<msg::at_answered>,
    caf::replies_to<msg::order_pdn>::with<msg::order_done>,
    caf::replies_to<msg::set_radio>::with<msg::order_done>, caf::reacts_to<msg::link_changed>,
    caf::reacts_to<msg::socket_closing>, caf::reacts_to<msg::socket_ended>,
    // The radio: what sockets do, what to tell the modem before they do it.
    caf::reacts_to<msg::radio_news>, caf::replies_to<msg::ask_radio>::with<msg::radio_word>,
    caf::reacts_to<msg::radio_changed>, caf::reacts_to<msg::hint_refused>,
    caf::reacts_to<msg::radio_tick>,
    caf::replies_to<msg::get_radio_report>::with<msg::radio_report>, caf::reacts_to<msg::tick>,
    // Sockets first, then the bridge.
    caf::replies_to<msg::stop_all>::with<msg::stopped>>;

/// Credentials by tag, and what handshakes come back with (tickets, sessions). One per daemon.
using keeper_handle = caf::typed_actor<
    // Fails with credential_missing: names the tag.
    caf::replies_to<msg::prepare_handshake>::with<msg::handshake_prepared>,
    caf::reacts_to<msg::keep_session>, caf::reacts_to<msg::forget_session>,
    caf::reacts_to<msg::purge_sessions>,
    // Fails with no_entropy, limit_reached.
    caf::replies_to<msg::open_session>::with<msg::session_opened>,
    caf::replies_to<msg::join_session>::with<msg::session_joined>,
    // Changes are made one after the other. Fail with credential_invalid, credential_exists,
    // limit_reached, not_permitted (no session, or it is over), internal (the disk), no_entropy.
    caf::replies_to<msg::add_credential>::with<msg::credentials_added>,
    caf::replies_to<msg::generate_credential>::with<msg::credentials_added>,
    // Fails with credential_missing, credential_protected, internal.
    caf::replies_to<msg::delete_credential>::with<msg::credential_deleted>,
    // Fail with credential_missing, credential_protected.
    caf::replies_to<msg::get_credential>::with<msg::credential_found>,
    caf::replies_to<msg::compare_credential>::with<msg::credential_compared>,
    caf::replies_to<msg::list_credentials>::with<msg::credentials_listed>,
    // From its own timer, anchors and jobs.
    caf::reacts_to<msg::tickets_aged>, caf::reacts_to<msg::session_over>,
    caf::reacts_to<msg::change_stepped>>;

/// One control connection of a program: requests in, replies out, in any order.
using client_handle =
    caf::typed_actor<caf::reacts_to<msg::request_received>, caf::reacts_to<msg::connection_ended>,
                     caf::reacts_to<msg::connection_drained>, caf::reacts_to<msg::happened>>;

/// The front door: control connections and the directory of sockets by cookie.
using gateway_handle =
    caf::typed_actor<caf::reacts_to<msg::connection_made>, caf::reacts_to<msg::socket_born>,
                     caf::reacts_to<msg::socket_ended>,
                     // Fails with bad_socket.
                     caf::replies_to<msg::find_socket>::with<msg::socket_found>,
                     caf::replies_to<msg::find_tombstone>::with<msg::tombstone>,
                     caf::reacts_to<msg::amend_tombstone>,
                     caf::replies_to<msg::take_pending_error>::with<msg::end_reason>,
                     caf::replies_to<msg::get_gateway_report>::with<msg::gateway_report>,
                     caf::reacts_to<msg::count_request>,
                     caf::replies_to<msg::stop_all>::with<msg::stopped>>;

/// The links in the order of the configuration: the first is the default.
struct named_link {
  std::string name;
  supervisor_handle actor;
  link_kind kind = link_kind::modem;
};
using link_list = std::vector<named_link>;

/// Makes the bridge of a link; given by the composition root, so that actors know no modem code.
/// The new bridge reports `link_changed` to the supervisor.
using bridge_factory = std::function<bridge_handle(caf::actor_system&, supervisor_handle)>;

}  // namespace cellsock

#define CELLSOCK_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cellsock::msg::name)
CELLSOCK_MESSAGE(create_socket)
CELLSOCK_MESSAGE(socket_created)
CELLSOCK_MESSAGE(get_link_report)
CELLSOCK_MESSAGE(link_report)
CELLSOCK_MESSAGE(resolve_name)
CELLSOCK_MESSAGE(name_resolved)
CELLSOCK_MESSAGE(lookup_moves)
CELLSOCK_MESSAGE(run_at)
CELLSOCK_MESSAGE(at_answered)
CELLSOCK_MESSAGE(order_pdn)
CELLSOCK_MESSAGE(set_radio)
CELLSOCK_MESSAGE(order_done)
CELLSOCK_MESSAGE(get_rules)
CELLSOCK_MESSAGE(current_rules)
CELLSOCK_MESSAGE(request_received)
CELLSOCK_MESSAGE(connection_ended)
CELLSOCK_MESSAGE(connection_drained)
CELLSOCK_MESSAGE(happened)
CELLSOCK_MESSAGE(connection_made)
CELLSOCK_MESSAGE(connect_channel)
CELLSOCK_MESSAGE(channel_connected)
CELLSOCK_MESSAGE(bind_channel)
CELLSOCK_MESSAGE(channel_bound)
CELLSOCK_MESSAGE(bind_socket)
CELLSOCK_MESSAGE(socket_bound)
CELLSOCK_MESSAGE(listen_channel)
CELLSOCK_MESSAGE(channel_listening)
CELLSOCK_MESSAGE(begin_accepted)
CELLSOCK_MESSAGE(connection_taken)
CELLSOCK_MESSAGE(session_check)
CELLSOCK_MESSAGE(flush_over)
CELLSOCK_MESSAGE(flush_channel)
CELLSOCK_MESSAGE(channel_flushed)
CELLSOCK_MESSAGE(listen_socket)
CELLSOCK_MESSAGE(socket_listening)
CELLSOCK_MESSAGE(accept_socket)
CELLSOCK_MESSAGE(socket_accepted)
CELLSOCK_MESSAGE(connection_waiting)
CELLSOCK_MESSAGE(set_link_option)
CELLSOCK_MESSAGE(get_link_option)
CELLSOCK_MESSAGE(flush_socket)
CELLSOCK_MESSAGE(socket_flushed)
CELLSOCK_MESSAGE(get_interfaces)
CELLSOCK_MESSAGE(interfaces)
CELLSOCK_MESSAGE(set_dns)
CELLSOCK_MESSAGE(look_up)
CELLSOCK_MESSAGE(looked_up)
CELLSOCK_MESSAGE(release_socket)
CELLSOCK_MESSAGE(resolver_idle)
CELLSOCK_MESSAGE(names_link)
CELLSOCK_MESSAGE(get_option)
CELLSOCK_MESSAGE(option_value)
CELLSOCK_MESSAGE(set_option)
CELLSOCK_MESSAGE(option_set)
CELLSOCK_MESSAGE(move_channel)
CELLSOCK_MESSAGE(adopt_socket)
CELLSOCK_MESSAGE(socket_adopted)
CELLSOCK_MESSAGE(socket_moved)
CELLSOCK_MESSAGE(get_names)
CELLSOCK_MESSAGE(socket_names)
CELLSOCK_MESSAGE(get_reason)
CELLSOCK_MESSAGE(end_reason)
CELLSOCK_MESSAGE(get_socket_report)
CELLSOCK_MESSAGE(socket_report)
CELLSOCK_MESSAGE(channel_readable)
CELLSOCK_MESSAGE(channel_writable)
CELLSOCK_MESSAGE(channel_hung_up)
CELLSOCK_MESSAGE(linger_over)
CELLSOCK_MESSAGE(declare_socket)
CELLSOCK_MESSAGE(connect_socket)
CELLSOCK_MESSAGE(socket_connected)
CELLSOCK_MESSAGE(close_socket)
CELLSOCK_MESSAGE(socket_closed)
CELLSOCK_MESSAGE(forget_socket)
CELLSOCK_MESSAGE(offer)
CELLSOCK_MESSAGE(want_receive)
CELLSOCK_MESSAGE(chunk)
CELLSOCK_MESSAGE(finish_sending)
CELLSOCK_MESSAGE(dissolve_peer)
CELLSOCK_MESSAGE(datagram)
CELLSOCK_MESSAGE(give_chunk)
CELLSOCK_MESSAGE(chunk_sent)
CELLSOCK_MESSAGE(datagram_dropped)
CELLSOCK_MESSAGE(received)
CELLSOCK_MESSAGE(reception_ended)
CELLSOCK_MESSAGE(socket_broken)
CELLSOCK_MESSAGE(set_secure_option)
CELLSOCK_MESSAGE(get_secure_option)
CELLSOCK_MESSAGE(secure_option_value)
CELLSOCK_MESSAGE(secure_news)
CELLSOCK_MESSAGE(choose)
CELLSOCK_MESSAGE(begin_server)
CELLSOCK_MESSAGE(save_connection)
CELLSOCK_MESSAGE(load_connection)
CELLSOCK_MESSAGE(session_stepped)
CELLSOCK_MESSAGE(session_due)
CELLSOCK_MESSAGE(prepare_handshake)
CELLSOCK_MESSAGE(handshake_prepared)
CELLSOCK_MESSAGE(keep_session)
CELLSOCK_MESSAGE(forget_session)
CELLSOCK_MESSAGE(purge_sessions)
CELLSOCK_MESSAGE(tickets_aged)
CELLSOCK_MESSAGE(open_session)
CELLSOCK_MESSAGE(session_opened)
CELLSOCK_MESSAGE(join_session)
CELLSOCK_MESSAGE(session_joined)
CELLSOCK_MESSAGE(session_over)
CELLSOCK_MESSAGE(add_credential)
CELLSOCK_MESSAGE(generate_credential)
CELLSOCK_MESSAGE(credentials_added)
CELLSOCK_MESSAGE(delete_credential)
CELLSOCK_MESSAGE(credential_deleted)
CELLSOCK_MESSAGE(get_credential)
CELLSOCK_MESSAGE(credential_found)
CELLSOCK_MESSAGE(list_credentials)
CELLSOCK_MESSAGE(credentials_listed)
CELLSOCK_MESSAGE(compare_credential)
CELLSOCK_MESSAGE(credential_compared)
CELLSOCK_MESSAGE(change_stepped)
CELLSOCK_MESSAGE(radio_news)
CELLSOCK_MESSAGE(ask_radio)
CELLSOCK_MESSAGE(radio_word)
CELLSOCK_MESSAGE(tell_hint)
CELLSOCK_MESSAGE(hint_refused)
CELLSOCK_MESSAGE(radio_changed)
CELLSOCK_MESSAGE(radio_tick)
CELLSOCK_MESSAGE(get_radio_report)
CELLSOCK_MESSAGE(radio_report)
CELLSOCK_MESSAGE(get_bridge_report)
CELLSOCK_MESSAGE(bridge_report)
CELLSOCK_MESSAGE(link_changed)
CELLSOCK_MESSAGE(stop_bridge)
CELLSOCK_MESSAGE(bridge_stopped)
CELLSOCK_MESSAGE(port_opened)
CELLSOCK_MESSAGE(port_received)
CELLSOCK_MESSAGE(port_drained)
CELLSOCK_MESSAGE(port_closed)
CELLSOCK_MESSAGE(port_lines)
CELLSOCK_MESSAGE(tick)
CELLSOCK_MESSAGE(socket_closing)
CELLSOCK_MESSAGE(tombstone)
CELLSOCK_MESSAGE(socket_ended)
CELLSOCK_MESSAGE(socket_born)
CELLSOCK_MESSAGE(find_socket)
CELLSOCK_MESSAGE(socket_found)
CELLSOCK_MESSAGE(find_tombstone)
CELLSOCK_MESSAGE(take_pending_error)
CELLSOCK_MESSAGE(amend_tombstone)
CELLSOCK_MESSAGE(get_gateway_report)
CELLSOCK_MESSAGE(gateway_report)
CELLSOCK_MESSAGE(count_request)
CELLSOCK_MESSAGE(stop_all)
CELLSOCK_MESSAGE(stopped)
#undef CELLSOCK_MESSAGE
