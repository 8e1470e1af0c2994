// SPDX-License-Identifier: Apache-2.0
#include "actors/translate.hpp"

#include <algorithm>
#include <array>

#include "actors/translate_secure.hpp"

namespace cellsock::wire {
namespace {

using namespace std::chrono_literals;

struct error_row {
  errc ours;
  v1::ErrorCode theirs;
};

constexpr std::array error_rows{
    error_row{errc::none, v1::ERROR_CODE_UNSPECIFIED},
    error_row{errc::link_down, v1::ERROR_CODE_LINK_DOWN},
    error_row{errc::pdn_down, v1::ERROR_CODE_PDN_DOWN},
    error_row{errc::not_registered, v1::ERROR_CODE_NOT_REGISTERED},
    error_row{errc::registration_denied, v1::ERROR_CODE_REGISTRATION_DENIED},
    error_row{errc::no_sim, v1::ERROR_CODE_NO_SIM},
    error_row{errc::port_busy, v1::ERROR_CODE_PORT_BUSY},
    error_row{errc::port_missing, v1::ERROR_CODE_PORT_MISSING},
    error_row{errc::port_failed, v1::ERROR_CODE_PORT_FAILED},
    error_row{errc::no_answer, v1::ERROR_CODE_NO_ANSWER},
    error_row{errc::wrong_modem, v1::ERROR_CODE_WRONG_MODEM},
    error_row{errc::unsupported_dialect, v1::ERROR_CODE_UNSUPPORTED_DIALECT},
    error_row{errc::connection_refused, v1::ERROR_CODE_CONNECTION_REFUSED},
    error_row{errc::connection_reset, v1::ERROR_CODE_CONNECTION_RESET},
    error_row{errc::timed_out, v1::ERROR_CODE_TIMED_OUT},
    error_row{errc::chunk_lost, v1::ERROR_CODE_CHUNK_LOST},
    error_row{errc::stream_damaged, v1::ERROR_CODE_STREAM_DAMAGED},
    error_row{errc::address_in_use, v1::ERROR_CODE_ADDRESS_IN_USE},
    error_row{errc::address_not_available, v1::ERROR_CODE_ADDRESS_NOT_AVAILABLE},
    error_row{errc::network_unreachable, v1::ERROR_CODE_NETWORK_UNREACHABLE},
    error_row{errc::host_unreachable, v1::ERROR_CODE_HOST_UNREACHABLE},
    error_row{errc::not_connected, v1::ERROR_CODE_NOT_CONNECTED},
    error_row{errc::already_connected, v1::ERROR_CODE_ALREADY_CONNECTED},
    error_row{errc::connect_in_progress, v1::ERROR_CODE_CONNECT_IN_PROGRESS},
    error_row{errc::connect_pending, v1::ERROR_CODE_CONNECT_PENDING},
    error_row{errc::destination_required, v1::ERROR_CODE_DESTINATION_REQUIRED},
    error_row{errc::message_too_big, v1::ERROR_CODE_MESSAGE_TOO_BIG},
    error_row{errc::would_block, v1::ERROR_CODE_WOULD_BLOCK},
    error_row{errc::bad_socket, v1::ERROR_CODE_BAD_SOCKET},
    error_row{errc::not_granted, v1::ERROR_CODE_NOT_GRANTED},
    error_row{errc::invalid_argument, v1::ERROR_CODE_INVALID_ARGUMENT},
    error_row{errc::unsupported_family, v1::ERROR_CODE_UNSUPPORTED_FAMILY},
    error_row{errc::unsupported_type, v1::ERROR_CODE_UNSUPPORTED_TYPE},
    error_row{errc::unsupported_protocol, v1::ERROR_CODE_UNSUPPORTED_PROTOCOL},
    error_row{errc::unsupported_operation, v1::ERROR_CODE_UNSUPPORTED_OPERATION},
    error_row{errc::unknown_option, v1::ERROR_CODE_UNKNOWN_OPTION},
    error_row{errc::not_permitted, v1::ERROR_CODE_NOT_PERMITTED},
    error_row{errc::no_device, v1::ERROR_CODE_NO_DEVICE},
    error_row{errc::name_not_found, v1::ERROR_CODE_NAME_NOT_FOUND},
    error_row{errc::name_failed, v1::ERROR_CODE_NAME_FAILED},
    error_row{errc::name_try_again, v1::ERROR_CODE_NAME_TRY_AGAIN},
    error_row{errc::handshake_failed, v1::ERROR_CODE_HANDSHAKE_FAILED},
    error_row{errc::peer_not_trusted, v1::ERROR_CODE_PEER_NOT_TRUSTED},
    error_row{errc::secure_stream_broken, v1::ERROR_CODE_SECURE_STREAM_BROKEN},
    error_row{errc::connection_saved, v1::ERROR_CODE_CONNECTION_SAVED},
    error_row{errc::credential_missing, v1::ERROR_CODE_CREDENTIAL_MISSING},
    error_row{errc::credential_exists, v1::ERROR_CODE_CREDENTIAL_EXISTS},
    error_row{errc::credential_invalid, v1::ERROR_CODE_CREDENTIAL_INVALID},
    error_row{errc::credential_protected, v1::ERROR_CODE_CREDENTIAL_PROTECTED},
    error_row{errc::no_entropy, v1::ERROR_CODE_NO_ENTROPY},
    error_row{errc::no_handle, v1::ERROR_CODE_NO_HANDLE},
    error_row{errc::limit_reached, v1::ERROR_CODE_LIMIT_REACHED},
    error_row{errc::command_refused, v1::ERROR_CODE_COMMAND_REFUSED},
    error_row{errc::modem_error, v1::ERROR_CODE_MODEM_ERROR},
    error_row{errc::version_mismatch, v1::ERROR_CODE_VERSION_MISMATCH},
    error_row{errc::malformed, v1::ERROR_CODE_MALFORMED},
    error_row{errc::stopping, v1::ERROR_CODE_STOPPING},
    error_row{errc::internal, v1::ERROR_CODE_INTERNAL},
};

constexpr bool complete() {
  for (std::size_t i = 0; i < error_rows.size(); ++i)
    if (error_rows[i].ours != static_cast<errc>(i)) return false;
  return error_rows.size() == static_cast<std::size_t>(errc::count_);
}
static_assert(complete(), "each errc has exactly one wire form, in order");

/// By socket_option.
constexpr std::array wire_options{
    v1::OPTION_ERROR,
    v1::OPTION_RECV_TIMEOUT_MS,
    v1::OPTION_SEND_TIMEOUT_MS,
    v1::OPTION_REUSE_ADDRESS,
    v1::OPTION_REUSE_PORT,
    v1::OPTION_BROADCAST,
    v1::OPTION_PRIORITY,
    v1::OPTION_LINGER_S,
    v1::OPTION_SEND_BUFFER,
    v1::OPTION_RECEIVE_BUFFER,
    v1::OPTION_KEEP_ALIVE,
    v1::OPTION_KEEP_ALIVE_IDLE_S,
    v1::OPTION_KEEP_ALIVE_INTERVAL_S,
    v1::OPTION_KEEP_ALIVE_COUNT,
    v1::OPTION_NO_DELAY,
    v1::OPTION_SERVER_SESSION_TIMEOUT_S,
    v1::OPTION_TYPE_OF_SERVICE,
    v1::OPTION_TIME_TO_LIVE,
    v1::OPTION_DONT_FRAGMENT,
    v1::OPTION_MTU,
    v1::OPTION_V6_ONLY,
    v1::OPTION_HOP_LIMIT,
    v1::OPTION_TRAFFIC_CLASS,
    v1::OPTION_PDN,
    v1::OPTION_KEEP_OPEN,
    v1::OPTION_EXCEPTIONAL_DATA,
    v1::OPTION_RELEASE_ASSISTANCE,
    v1::OPTION_SILENCE_ALL,
    v1::OPTION_ECHO_REPLY,
    v1::OPTION_ECHO_REPLY6,
    v1::OPTION_DELAYED_ADDRESS_REFRESH,
};
static_assert(wire_options.size() == static_cast<std::size_t>(socket_option::count_));

v1::Family family_of(ip_family family) {
  return family == ip_family::v4 ? v1::FAMILY_INET : v1::FAMILY_INET6;
}

constexpr std::uint32_t protocol_tcp = 6;
constexpr std::uint32_t protocol_udp = 17;

/// What is not printable ASCII, and `also`, as \xNN.
std::string escape(std::string_view text, char also) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != also) {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::uint64_t ms_since(std::chrono::steady_clock::time_point then,
                       std::chrono::steady_clock::time_point now) {
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - then).count();
  return age > 0 ? static_cast<std::uint64_t>(age) : 0;
}

}  // namespace

v1::ErrorCode code_of(errc code) noexcept {
  const auto i = static_cast<std::size_t>(code);
  return i < error_rows.size() ? error_rows[i].theirs : v1::ERROR_CODE_INTERNAL;
}

errc errc_of(v1::ErrorCode code) noexcept {
  const auto row = std::find_if(error_rows.begin(), error_rows.end(),
                                [&](const error_row& r) { return r.theirs == code; });
  return row == error_rows.end() ? errc::internal : row->ours;
}

void set_error(v1::Error& to, const failure& from) {
  to.set_code(code_of(from.code));
  to.set_detail(printable(from.detail));
}

void set_endpoint(v1::Endpoint& to, const endpoint& from) {
  const std::size_t size = from.address.family == ip_family::v4 ? 4 : 16;
  to.set_address(from.address.bytes.data(), size);
  to.set_port(from.port);
}

result<endpoint> endpoint_of(const v1::Endpoint& from) {
  endpoint to;
  const std::string& address = from.address();
  if (address.size() != 4 && address.size() != 16)
    return fail(errc::invalid_argument, "endpoint: an address has 4 or 16 bytes");
  if (from.port() > 65535) return fail(errc::invalid_argument, "endpoint: port above 65535");
  to.address.family = address.size() == 4 ? ip_family::v4 : ip_family::v6;
  std::copy(address.begin(), address.end(), to.address.bytes.begin());
  to.port = static_cast<std::uint16_t>(from.port());
  return to;
}

void set_rules(v1::DatagramRules& to, const datagram_rules& from) {
  to.set_payload_bytes_max(static_cast<std::uint32_t>(from.payload_bytes_max));
  to.set_empty_allowed(from.empty_allowed);
  to.set_guarded_sequence(from.guarded_sequence);
  to.set_forbidden_with_guard(from.forbidden_with_guard);
  to.set_guarded_bytes_max(static_cast<std::uint32_t>(from.guarded_bytes_max));
}

result<msg::socket_shape> shape_of(const v1::SocketRequest& from) {
  msg::socket_shape shape;
  switch (from.family()) {
    case v1::FAMILY_INET: shape.family = ip_family::v4; break;
    case v1::FAMILY_INET6: shape.family = ip_family::v6; break;
    default: return fail(errc::unsupported_family, "socket: family is neither IPv4 nor IPv6");
  }
  std::uint32_t own = protocol_tcp;
  switch (from.type()) {
    case v1::SOCKET_TYPE_STREAM: shape.kind = transport::stream; break;
    case v1::SOCKET_TYPE_DATAGRAM:
      shape.kind = transport::datagram;
      own = protocol_udp;
      break;
    default: return fail(errc::unsupported_type, "socket: type is neither stream nor datagram");
  }
  if (from.protocol() != 0 && from.protocol() != own)
    return fail(errc::unsupported_protocol,
                "socket: protocol " + std::to_string(from.protocol()) + " with this type");
  if (from.secure() != v1::SECURE_PROTOCOL_UNSPECIFIED) {
    auto choices = choices_of(from, shape.kind);
    if (!choices) return choices.error();
    shape.secure = std::make_shared<const tls::choices>(std::move(*choices));
  }
  shape.protocol = own;
  return shape;
}

result<msg::option> option_of(v1::Option from) {
  for (std::size_t i = 0; i < wire_options.size(); ++i)
    if (wire_options[i] == from) return static_cast<msg::option>(i);
  return fail(errc::unknown_option, "option " + std::to_string(from));
}

void set_names(v1::NamesReply& to, const msg::socket_names& from) {
  to.set_family(family_of(from.shape.family));
  to.set_type(from.shape.kind == transport::stream ? v1::SOCKET_TYPE_STREAM
                                                   : v1::SOCKET_TYPE_DATAGRAM);
  to.set_protocol(from.shape.protocol);
  to.set_connected(from.connected);
  to.set_listening(from.listening);
  to.set_dual_stack(from.dual_stack);
  if (from.local) set_endpoint(*to.mutable_local(), *from.local);
  if (from.peer) set_endpoint(*to.mutable_peer(), *from.peer);
  to.set_recv_timeout_ms(from.shape.recv_timeout.count());
  to.set_send_timeout_ms(from.shape.send_timeout.count());
  if (from.rules) set_rules(*to.mutable_datagram_rules(), *from.rules);
  if (from.shape.secure) to.set_secure(secure_protocol_of(from.shape.secure->protocol));
}

void set_interface(v1::Interface& to, const msg::network_interface& from, std::string_view before) {
  to.set_name(std::string(before) + from.name);
  to.set_pdn(number(from.pdn));
  to.set_up(from.up);
  to.set_mtu(from.mtu);
  for (const auto& address : from.addresses)
    to.add_addresses(address.bytes.data(), address.family == ip_family::v4 ? 4 : 16);
}

msg::bytes connection_record(socket_cookie cookie, const endpoint& peer, errc why) {
  const auto part = [&](std::size_t from) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | peer.address.bytes[from + i];
    return value;
  };
  v1::AcceptedConnection to;
  to.set_version(1);
  to.set_cookie(number(cookie));
  to.set_port(peer.port);
  to.set_family(peer.address.family == ip_family::v4 ? 4 : 6);
  to.set_address_high(part(0));
  to.set_address_low(part(8));
  to.set_error(code_of(why));
  msg::bytes record(to.ByteSizeLong());
  to.SerializeToArray(record.data(), static_cast<int>(record.size()));
  return record;
}

result<msg::datagram> datagram_of(std::span<const std::byte> packet) {
  v1::Datagram from;
  if (!from.ParseFromArray(packet.data(), static_cast<int>(packet.size())) || from.version() != 1)
    return fail(errc::malformed, "not a Datagram of version 1");
  msg::datagram to{socket_id{}, std::nullopt, {}};
  if (from.has_peer()) {
    const auto peer = endpoint_of(from.peer());
    if (!peer) return peer.error();
    to.peer = *peer;
  }
  const auto* first = reinterpret_cast<const std::byte*>(from.payload().data());
  to.payload.assign(first, first + from.payload().size());
  return to;
}

msg::bytes packet_of(const std::optional<endpoint>& peer, const msg::bytes& payload) {
  v1::Datagram to;
  to.set_version(1);
  if (peer) set_endpoint(*to.mutable_peer(), *peer);
  to.set_payload(payload.data(), payload.size());
  msg::bytes packet(to.ByteSizeLong());
  to.SerializeToArray(packet.data(), static_cast<int>(packet.size()));
  return packet;
}

std::string printable(std::string_view text) {
  return escape(text, '\0');
}

std::string escaped(std::string_view bytes) {
  return escape(bytes, '\\');
}

void set_event(v1::WatchEvent& to, const events::event& from, bool with_payload) {
  to.set_unix_ms(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(from.at.time_since_epoch()).count()));
  to.set_event(std::string(from.name));
  to.set_level(std::string(events::name_of(from.severity)));
  const auto add = [&to](std::string_view key, std::string text) {
    auto& field = *to.add_fields();
    field.set_key(std::string(key));
    field.set_value(std::move(text));
  };
  for (const auto& [key, value] : from.fields) add(key, printable(value));
  if (with_payload && !from.payload.empty()) add("payload", escaped(from.payload));
}

static void set_pdn(v1::PdnStatus& to, const pdn_status& from) {
  to.set_id(number(from.id));
  to.set_cid(number(from.context));
  to.set_state(std::string(name(from.state)));
  to.set_apn(printable(from.apn));
  for (const auto& address : from.addresses) to.add_addresses(to_string(address));
  for (const auto& server : from.name_servers) to.add_name_servers(to_string(server));
  to.set_mtu(from.mtu);
  if (from.trouble.code != errc::none) set_error(*to.mutable_trouble(), from.trouble);
}

void set_link(v1::LinkStatus& to, const msg::link_report& from,
              std::chrono::steady_clock::time_point now) {
  const link_status& link = from.link;
  to.set_name(from.name);
  to.set_uri(from.uri);
  to.set_state(std::string(name(link.state)));
  if (link.trouble.code != errc::none) {
    set_error(*to.mutable_trouble(), link.trouble);
    if (link.trouble.detail.empty())
      to.mutable_trouble()->set_detail(std::string(explain(link.trouble.code)));
  }
  to.set_dialect(link.dialect);
  to.set_firmware(printable(link.firmware));
  to.set_manufacturer(printable(link.manufacturer));
  to.set_model(printable(link.model));
  to.set_modem_firmware(printable(link.modem_firmware));
  to.set_imei(printable(link.imei));
  to.set_registration(std::string(name(link.network)));
  to.set_operator_plmn(printable(link.operator_plmn));
  to.set_access_technology(link.access_technology);
  if (link.rsrp_dbm) to.set_rsrp_dbm(*link.rsrp_dbm);
  if (link.address) to.set_address(to_string(*link.address));
  if (link.address6) to.set_address6(to_string(*link.address6));
  to.set_mtu(link.mtu);
  for (const auto& pdn : link.pdns) set_pdn(*to.add_pdns(), pdn);
  if (link.power != power_grants{}) {
    auto& power = *to.mutable_power();
    power.set_tau_s(static_cast<std::uint32_t>(link.power.tau.value_or(0s).count()));
    power.set_active_time_s(
        static_cast<std::uint32_t>(link.power.active_time.value_or(0s).count()));
    power.set_edrx_ms(static_cast<std::uint32_t>(link.power.edrx.value_or(0ms).count()));
  }
  if (link.radio_connected) to.set_radio_connected(*link.radio_connected);
  to.set_handles_used(link.handles_used);
  to.set_handles_max(link.handles_max);
  to.set_busy_with(printable(link.busy_with));
  if (!link.busy_with.empty()) to.set_busy_ms(ms_since(link.busy_since, now));
  if (link.busy_socket) to.set_busy_socket(number(*link.busy_socket));
  to.set_restarts(from.restarts);
  to.set_warning(printable(from.warning));
  if (link.lines) {
    to.mutable_lines()->set_dtr(link.lines->dtr);
    to.mutable_lines()->set_cts(link.lines->cts);
    to.mutable_lines()->set_ri(link.lines->ri);
  }
  auto& uart = *to.mutable_uart();
  uart.set_bytes_sent(link.uart.bytes_sent);
  uart.set_bytes_received(link.uart.bytes_received);
  uart.set_commands(link.uart.commands);
  uart.set_command_errors(link.uart.command_errors);
  uart.set_command_timeouts(link.uart.command_timeouts);
  uart.set_urcs(link.uart.urcs);
  uart.set_lines_dropped(link.uart.lines_dropped);
  uart.set_receives_repaired(link.uart.receives_repaired);
  uart.set_receives_damaged(link.uart.receives_damaged);
  uart.set_datagrams_refused(link.uart.datagrams_refused);
  uart.set_resyncs(link.uart.resyncs);
}

void set_socket(v1::SocketStatus& to, const msg::socket_report& from,
                std::chrono::steady_clock::time_point now) {
  to.set_link(from.link);
  to.set_id(number(from.id));
  to.set_cookie(number(from.cookie));
  to.set_type(from.kind == transport::stream ? "stream" : "datagram");
  to.set_state(std::string(name(from.state)));
  if (from.local) set_endpoint(*to.mutable_local(), *from.local);
  if (from.peer) set_endpoint(*to.mutable_peer(), *from.peer);
  to.set_modem_handle(from.handle ? number(*from.handle) : -1);
  to.set_owner_pid(static_cast<std::uint32_t>(from.who.pid));
  to.set_owner_uid(from.who.uid);
  to.set_owner_program(printable(from.who.program));
  to.set_bytes_sent(from.bytes_sent);
  to.set_bytes_received(from.bytes_received);
  to.set_bytes_queued(from.bytes_queued);
  to.set_datagrams_dropped(from.datagrams_dropped);
  to.set_age_ms(ms_since(from.born, now));
  if (from.secure) set_secure(*to.mutable_secure(), *from.secure, from.security);
}

}  // namespace cellsock::wire
