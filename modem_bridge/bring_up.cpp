// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/bring_up.hpp"

#include <algorithm>
#include <array>

#include "modem_bridge/at/args.hpp"

namespace cellsock {
namespace {

using namespace std::chrono_literals;
using dialect::intent;
using context = bring_up_context;

constexpr std::size_t identity_text_max = 64;

template <std::string link_status::*Member>
void keep_text(std::string_view text, context& c) {
  c.identity.*Member = std::string(text.substr(0, identity_text_max));
}

void keep_imei(std::string_view text, context& c) {
  at::args fields(text);
  if (const auto imei = fields.text()) c.identity.imei = std::string(*imei);
}

template <void (*Read)(std::string_view, network_facts&)>
void into_facts(std::string_view text, context& c) {
  Read(text, c.facts);
}

// Full functionality leaves the modem where its network found it: it is not configured again, since
// that would detach it.
bool radio_is_off(const context& c) {
  return c.facts.functional_mode != 1;
}
bool radio_wanted(const context& c) {
  return radio_is_off(c) && c.radio == radio_mode::on;
}
bool radio_unwanted(const context& c) {
  return !radio_is_off(c) && c.radio != radio_mode::on;
}
void is_on(context& c) {
  c.facts.functional_mode = 1;
}
bool system_wanted(const context& c) {
  return c.attach.system.has_value();
}
bool system_differs(const context& c) {
  return c.attach.system && c.facts.system_set != c.attach.system;
}
bool may_set_system(const context& c) {
  return radio_is_off(c) && system_differs(c);
}
// What counts only before an attach, on a modem that is on its network with something else.
bool must_go_dark(const context& c) {
  return !radio_is_off(c) && c.cycles.may_try(c.now) && (system_differs(c) || c.context_differs());
}
void went_dark(context& c) {
  constexpr int flight = 4;
  c.facts.functional_mode = flight;
  for (auto& one : c.facts.contexts) one.lost();
}
void cycled(context& c) {
  c.cycles.failed(c.now);
  went_dark(c);
}
bool psm_wanted(const context& c) {
  return c.attach.psm.has_value();
}
std::string psm_bits(const psm_wish& wish) {
  if (!wish.on) return "0";
  return "1,\"\",\"\",\"" + timer_bits(power_timer::t3412_ext, wish.t3412_ext) + "\",\"" +
         timer_bits(power_timer::t3324, wish.t3324) + '"';
}
bool psm_differs(const context& c) {
  if (!c.attach.psm || !c.facts.psm_set) return c.attach.psm.has_value();
  return psm_bits(*c.attach.psm) != psm_bits(*c.facts.psm_set);
}
bool edrx_wanted(const context& c) {
  return c.attach.edrx.has_value();
}
template <edrx_system System>
bool edrx_differs(const context& c) {
  if (!c.attach.edrx) return false;
  const auto set = std::find_if(c.facts.edrx_set.begin(), c.facts.edrx_set.end(),
                                [](const auto& s) { return s.first == static_cast<int>(System); });
  const bool is_set = set != c.facts.edrx_set.end();
  if (!c.attach.edrx->on) return is_set;
  return !is_set || set->second != edrx_bits(System, c.attach.edrx->cycle);
}
bool wants_pin(const context& c) {
  return c.facts.sim_wants == "SIM PIN" && !c.attach.pin.empty() && !c.pin_tried;
}
// The last try is a person's: after it the card is locked.
bool may_enter_pin(const context& c) {
  return wants_pin(c) && c.facts.pin_tries.value_or(2) > 1;
}
void pin_taken(context& c) {
  c.pin_tried = true;
  c.facts.sim_trouble.reset();
  c.facts.sim_wants.clear();
}
bool context_wanted(const context& c) {
  return !c.pdn.apn.empty() || c.pdn.family;
}
bool needs_release_14(const context& c) {
  return radio_is_off(c) && c.identity.model.starts_with("nRF9160");
}
bool may_define_context(const context& c) {
  return radio_is_off(c) && c.context_differs();
}
bool may_log_in(const context& c) {
  return radio_is_off(c) && c.pdn.login.how != pdn_authentication::none;
}
bool sim_in_doubt(const context& c) {
  return !c.facts.radio_off() && (!c.facts.registered() || c.facts.sim_trouble.has_value());
}
bool on_network(const context& c) {
  return c.facts.registered();
}
bool pdn_is_active(const context& c) {
  return c.facts.registered() && c.facts.first().active;
}
bool has_address(const context& c) {
  return c.facts.attached();
}

constexpr std::string_view define_context = "AT+CGDCONT={cid},\"{pdn_type}\",\"{apn}\"";
constexpr std::string_view log_in = "AT+CGAUTH={cid},{authentication},\"{user}\",\"{password}\"";

constexpr std::array notice_steps{
    bring_up_step{{}, "AT+CEREG=5", "", 5s, refusal::stop},
    bring_up_step{{}, "AT+CGEREP=1", "", 5s, refusal::stop},
    bring_up_step{{}, "AT%XSIM=1", "", 5s},
    bring_up_step{{}, "AT+CSCON=1", "", 5s},
    bring_up_step{{}, "AT%MDMEV=1", "", 5s},
    bring_up_step{{}, "AT+CNEC=16", "", 5s},
};

constexpr std::array start{
    bring_up_step{intent::echo_off, "", "", 5s},
    bring_up_step{{}, "AT+CMEE=1", "", 5s, refusal::stop},
    bring_up_step{
        {}, "AT+CGMI", "", 5s, refusal::ignore, nullptr, keep_text<&link_status::manufacturer>},
    bring_up_step{{}, "AT+CGMM", "", 5s, refusal::ignore, nullptr, keep_text<&link_status::model>},
    bring_up_step{
        {}, "AT+CGMR", "", 5s, refusal::ignore, nullptr, keep_text<&link_status::modem_firmware>},
    bring_up_step{{}, "AT+CGSN=1", "+CGSN:", 5s, refusal::ignore, nullptr, keep_imei},
    bring_up_step{intent::list_sockets, "", "", 5s, refusal::ignore, nullptr,
                  into_facts<read_open_socket>},
    bring_up_step{intent::list_secure, "", "", 5s, refusal::ignore, nullptr,
                  into_facts<read_open_socket>},
    bring_up_step{intent::read_data_limit, "", "", 5s, refusal::stop, nullptr,
                  into_facts<read_data_limit>},
    bring_up_step{intent::set_data_limit, "", "", 5s, refusal::stop},
    bring_up_step{intent::poll_start, "", "", 5s, refusal::stop},
    bring_up_step{intent::push_start, "", "", 5s, refusal::stop},
    bring_up_step{
        {}, "AT+CFUN?", "+CFUN:", 5s, refusal::ignore, nullptr, into_facts<read_functional_mode>},
    bring_up_step{{},
                  "AT+CGDCONT?",
                  "+CGDCONT:",
                  5s,
                  refusal::ignore,
                  context_wanted,
                  into_facts<read_context>},
    bring_up_step{{},
                  "AT%XSYSTEMMODE?",
                  "%XSYSTEMMODE:",
                  5s,
                  refusal::ignore,
                  system_wanted,
                  into_facts<read_system_mode>},
    bring_up_step{{}, "AT+CFUN=4", "", 30s, refusal::ignore, must_go_dark, nullptr, cycled},
    bring_up_step{{}, "AT%XSYSTEMMODE={system}", "", 5s, refusal::stop, may_set_system},
    bring_up_step{{}, define_context, "", 5s, refusal::ignore, may_define_context},
    bring_up_step{{}, log_in, "", 5s, refusal::ignore, may_log_in},
    bring_up_step{
        {}, "AT+CPSMS?", "+CPSMS:", 5s, refusal::ignore, psm_wanted, into_facts<read_psm>},
    bring_up_step{{}, "AT+CPSMS={psm}", "", 5s, refusal::ignore, psm_differs},
    bring_up_step{
        {}, "AT+CEDRXS?", "+CEDRXS:", 5s, refusal::ignore, edrx_wanted, into_facts<read_edrx>},
    bring_up_step{
        {}, "AT+CEDRXS={edrx4}", "", 5s, refusal::ignore, edrx_differs<edrx_system::ltem>},
    bring_up_step{
        {}, "AT+CEDRXS={edrx5}", "", 5s, refusal::ignore, edrx_differs<edrx_system::nbiot>},
    notice_steps[0],
    notice_steps[1],
    notice_steps[2],
    notice_steps[3],
    notice_steps[4],
    notice_steps[5],
    // Release assistance: the older modem keeps it among the features of release 14.
    bring_up_step{{}, "AT%REL14FEAT=0,1,0,0,0", "", 5s, refusal::ignore, needs_release_14},
    bring_up_step{{}, "AT%RAI=1", "", 5s},
    // Returns soon; the search goes on by itself.
    bring_up_step{{}, "AT+CFUN=1", "", 30s, refusal::about_sim, radio_wanted, nullptr, is_on},
    // It came up with its radio on, and a person wants it off.
    bring_up_step{{}, "AT+CFUN=4", "", 30s, refusal::ignore, radio_unwanted, nullptr, went_dark},
};

void is_off(context& c) {
  went_dark(c);
  c.facts.functional_mode = 0;
}
// What was subscribed to is forgotten while the modem is off.
constexpr std::array switch_on{
    notice_steps[0],
    notice_steps[1],
    notice_steps[2],
    notice_steps[3],
    notice_steps[4],
    notice_steps[5],
    bring_up_step{{}, "AT+CFUN=1", "", 30s, refusal::stop, nullptr, nullptr, is_on},
};
constexpr std::array fly{
    bring_up_step{{}, "AT+CFUN=4", "", 30s, refusal::stop, nullptr, nullptr, went_dark}};
constexpr std::array switch_off{
    bring_up_step{{}, "AT+CFUN=0", "", 30s, refusal::stop, nullptr, nullptr, is_off}};

constexpr bring_up_step ask_registration{{},
                                         "AT+CEREG?",
                                         "+CEREG:",
                                         5s,
                                         refusal::about_sim,
                                         nullptr,
                                         into_facts<read_registration_reply>};
constexpr bring_up_step ask_activation{
    {}, "AT+CGACT?", "+CGACT:", 5s, refusal::ignore, on_network, into_facts<read_activation>};
constexpr bring_up_step ask_address{
    {}, "AT+CGPADDR=0", "+CGPADDR:", 5s, refusal::ignore, pdn_is_active, into_facts<read_address>};

constexpr std::array refresh{
    ask_registration,
    bring_up_step{
        {}, "AT+CPIN?", "+CPIN:", 5s, refusal::about_sim, sim_in_doubt, into_facts<read_sim_state>},
    bring_up_step{{},
                  "AT+CPINR=\"SIM PIN\"",
                  "+CPINR:",
                  5s,
                  refusal::ignore,
                  wants_pin,
                  into_facts<read_pin_tries>},
    bring_up_step{
        {}, "AT+CPIN=\"{pin}\"", "", 10s, refusal::about_pin, may_enter_pin, nullptr, pin_taken},
    ask_activation,
    ask_address,
    bring_up_step{{},
                  "AT+CGCONTRDP=0",
                  "+CGCONTRDP:",
                  5s,
                  refusal::ignore,
                  has_address,
                  into_facts<read_dynamic_parameters>},
    bring_up_step{
        {}, "AT+COPS?", "+COPS:", 5s, refusal::ignore, on_network, into_facts<read_operator>},
    bring_up_step{
        {}, "AT+CESQ", "+CESQ:", 5s, refusal::ignore, on_network, into_facts<read_signal>},
};

// ---- one packet network beside the first ----

bool is_down(const context& c) {
  return !c.context().active;
}
bool is_undefined(const context& c) {
  return is_down(c) && (c.context().type_defined.empty() || c.context_differs());
}
bool asks_for_login(const context& c) {
  return is_down(c) && c.pdn.login.how != pdn_authentication::none;
}
void keep_pdn_id(std::string_view text, context& c) {
  read_pdn_id(text, c.context());
}

constexpr bring_up_step ask_pdn_id{
    {}, "AT%XGETPDNID={cid}", "%XGETPDNID:", 5s, refusal::ignore, nullptr, keep_pdn_id};
constexpr bring_up_step ask_its_address{
    {}, "AT+CGPADDR={cid}", "+CGPADDR:", 5s, refusal::ignore, nullptr, into_facts<read_address>};
constexpr bring_up_step ask_its_parameters{{},
                                           "AT+CGCONTRDP={cid}",
                                           "+CGCONTRDP:",
                                           5s,
                                           refusal::ignore,
                                           nullptr,
                                           into_facts<read_dynamic_parameters>};

constexpr std::array activation{
    bring_up_step{
        {}, "AT+CGDCONT?", "+CGDCONT:", 5s, refusal::ignore, is_down, into_facts<read_context>},
    bring_up_step{{}, define_context, "", 5s, refusal::about_pdn, is_undefined},
    bring_up_step{{}, log_in, "", 5s, refusal::about_pdn, asks_for_login},
    bring_up_step{{}, "AT+CGACT=1,{cid}", "", 60s, refusal::about_pdn, is_down},
    ask_pdn_id,
    ask_its_address,
    ask_its_parameters,
};
constexpr std::array look{ask_pdn_id, ask_its_address, ask_its_parameters};
constexpr std::array release{
    bring_up_step{{}, "AT+CGACT=0,{cid}", "", 60s},
};

constexpr std::array recheck{
    ask_registration,
    ask_activation,
};

constexpr std::array idle{
    ask_registration,
    ask_activation,
    ask_address,
};

}  // namespace

std::span<const bring_up_step> start_steps() {
  return start;
}
std::span<const bring_up_step> radio_steps(radio_mode mode) {
  if (mode == radio_mode::on) return switch_on;
  if (mode == radio_mode::flight) return fly;
  return switch_off;
}
std::span<const bring_up_step> activation_steps() {
  return activation;
}
std::span<const bring_up_step> look_steps() {
  return look;
}
std::span<const bring_up_step> release_steps() {
  return release;
}
std::span<const bring_up_step> refresh_steps() {
  return refresh;
}
std::span<const bring_up_step> recheck_steps() {
  return recheck;
}

std::span<const bring_up_step> idle_step(std::size_t turn, const bring_up_context& context) {
  const auto& wanted = idle[turn % idle.size()];
  // The first one always makes sense.
  const bool applies = wanted.applies == nullptr || wanted.applies(context);
  return {applies ? &wanted : &idle.front(), 1};
}

std::string_view bring_up_context::apn_to_define() const {
  if (!pdn.apn.empty()) return pdn.apn;
  // The modem's own text goes back into quotes.
  const auto& defined = context().apn_defined;
  return valid_apn(defined) ? std::string_view(defined) : std::string_view();
}

std::string_view bring_up_context::pdn_type_to_define() const {
  if (pdn.family) return pdn_type(pdn.family);
  constexpr std::array<std::string_view, 3> carries_ip{"IP", "IPV6", "IPV4V6"};
  const auto& defined = context().type_defined;
  const bool usable = std::find(carries_ip.begin(), carries_ip.end(), defined) != carries_ip.end();
  return usable ? std::string_view(defined) : "IPV4V6";
}

bool bring_up_context::context_differs() const {
  // A modem on its network may show the APN with the operator's own suffix.
  const auto& defined = context().apn_defined;
  const bool same = defined == pdn.apn || defined.starts_with(pdn.apn + ".mnc");
  return (!pdn.apn.empty() && !same) ||
         (pdn.family && context().type_defined != pdn_type(pdn.family));
}

std::string fill_in(std::string_view command, const bring_up_context& context) {
  std::string line(command);
  const auto fill = [&line](std::string_view placeholder, std::string_view value) {
    if (const auto at = line.find(placeholder); at != std::string::npos)
      line.replace(at, placeholder.size(), value);
  };
  const auto& login = context.pdn.login;
  fill("{cid}", std::to_string(number(context.pdn.context)));
  fill("{pdn_type}", context.pdn_type_to_define());
  fill("{apn}", context.apn_to_define());
  if (const auto& system = context.attach.system)
    fill("{system}", std::string(system->ltem ? "1," : "0,") + (system->nbiot ? "1," : "0,") +
                         (system->gnss ? "1," : "0,") + std::to_string(system->preference));
  if (context.attach.psm) fill("{psm}", psm_bits(*context.attach.psm));
  if (const auto& edrx = context.attach.edrx)
    for (const auto of : {edrx_system::ltem, edrx_system::nbiot}) {
      const auto act = std::to_string(static_cast<int>(of));
      fill("{edrx" + act + "}",
           edrx->on ? "2," + act + ",\"" + edrx_bits(of, edrx->cycle) + '"' : "0," + act);
    }
  fill("{pin}", context.attach.pin);
  fill("{authentication}", std::to_string(static_cast<int>(login.how)));
  // The configuration took nothing that a quoted field cannot hold; last, for they may hold braces.
  fill("{user}", login.user);
  fill("{password}", login.password);
  return line;
}

// TS 23.003 §9.1: labels of letters, digits and hyphens; 100 bytes at most.
bool valid_apn(std::string_view apn) {
  constexpr std::size_t apn_bytes_max = 100;
  return apn.size() <= apn_bytes_max && std::all_of(apn.begin(), apn.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == '_';
         });
}

}  // namespace cellsock
