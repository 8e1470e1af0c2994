// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "modem_bridge/emulator/commands.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

native_reply refused(int cme) {
  return {.ok = false, .cme = cme};
}
native_reply one(std::string line) {
  return {.lines = {std::move(line)}};
}

// CME codes of 3GPP TS 27.007 §9.2.
constexpr int not_allowed = 3;
constexpr int no_network_service = 30;
constexpr int wrong_parameters = 50;

constexpr int cid_max = cell::contexts_max - 1;
constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t login_bytes_max = 64;
constexpr std::array<std::string_view, 4> context_types{"IP", "IPV6", "IPV4V6", "Non-IP"};

/// Every address a context has, each behind its own separator.
std::string addresses(const cell::data_context& context, std::string_view between) {
  std::string text = context.address;
  if (!context.address6.empty())
    text += (text.empty() ? "" : std::string(between)) + context.address6;
  return text;
}

native_reply define_context(board& b, const command& c) {
  auto& contexts = b.radio.contexts();
  if (c.shape == form::read) {
    native_reply reply;
    for (const auto& [cid, context] : contexts)
      reply.lines.push_back("+CGDCONT: " + std::to_string(cid) + ",\"" + context.type + "\",\"" +
                            context.apn + "\",\"" + addresses(context, " ") + "\",0,0");
    return reply;
  }
  if (c.shape == form::test) {
    native_reply reply;
    for (const std::string_view type : context_types)
      reply.lines.push_back("+CGDCONT: (0-10),\"" + std::string(type) + "\",,,(0),(0)");
    return reply;
  }
  const auto cid = c.number(0, 0, cid_max);
  if (!cid) return refused(wrong_parameters);
  if (c.count() == 1) {
    if (b.radio.active(*cid)) return refused(not_allowed);
    contexts.erase(*cid);
    if (*cid == 0) contexts[0];  // the default bearer always exists
    return {};
  }
  const auto type = c.text(1, name_bytes_max);
  const auto apn = c.count() > 2 ? c.text(2, name_bytes_max) : std::optional<std::string_view>("");
  if (!type || !apn) return refused(wrong_parameters);
  if (std::find(context_types.begin(), context_types.end(), *type) == context_types.end())
    return refused(wrong_parameters);
  contexts[*cid].type = *type;
  contexts[*cid].apn = *apn;
  return {};
}

/// The read form shows no password.
native_reply authentication(board& b, const command& c) {
  auto& contexts = b.radio.contexts();
  if (c.shape == form::read) {
    native_reply reply;
    for (const auto& [cid, context] : contexts)
      if (context.login.protocol != 0)
        reply.lines.push_back("+CGAUTH: " + numbers({cid, context.login.protocol}) + ",\"" +
                              context.login.user + "\",\"\"");
    return reply;
  }
  const auto cid = c.number(0, 0, cid_max);
  const auto protocol = c.count() > 1 ? c.number(1, 0, 2) : std::optional<std::int32_t>(0);
  if (!c.is_set() || !cid || !protocol || !contexts.contains(*cid))
    return refused(wrong_parameters);
  const auto user = c.text(2, login_bytes_max);
  const auto password = c.text(3, login_bytes_max);
  if (*protocol != 0 && (!user || !password)) return refused(wrong_parameters);
  contexts[*cid].login = {*protocol, std::string(user.value_or("")),
                          std::string(password.value_or(""))};
  return {};
}

native_reply activate(board& b, const command& c) {
  if (c.shape == form::read) {
    native_reply reply;
    for (const auto& [cid, context] : b.radio.contexts())
      reply.lines.push_back("+CGACT: " + std::to_string(cid) + (context.active ? ",1" : ",0"));
    return reply;
  }
  const auto on = c.number(0, 0, 1);
  const auto cid = c.number(1, 0, cid_max);
  if (!on || !cid) return refused(wrong_parameters);
  if (*cid == 0) return refused(not_allowed);  // the default bearer follows registration alone
  if (!b.radio.registered()) return refused(no_network_service);
  return {.after = b.config.activation_time, .at_last = [on = *on, cid = *cid](board& then) {
            const bool done =
                on == 1 ? then.radio.activate(cid, then.now) : then.radio.deactivate(cid);
            return done ? native_reply{} : refused(not_allowed);
          }};
}

native_reply address(board& b, const command& c) {
  if (!c.is_set()) return refused(wrong_parameters);
  native_reply reply;
  for (const auto& [cid, context] : b.radio.contexts()) {
    if (c.has(0) && c.number(0) != cid) continue;
    std::string line = "+CGPADDR: " + std::to_string(cid);
    if (const std::string all = addresses(context, "\",\""); !all.empty())
      line += ",\"" + all + "\"";
    reply.lines.push_back(line);
  }
  if (c.has(0) && reply.lines.empty()) return refused(wrong_parameters);
  return reply;
}

native_reply parameters(board& b, const command& c) {
  if (!c.is_set()) return refused(wrong_parameters);
  native_reply reply;
  for (const auto& [cid, context] : b.radio.contexts()) {
    if (!context.active || (c.has(0) && c.number(0) != cid)) continue;
    const std::string head =
        "+CGCONTRDP: " + std::to_string(cid) + ",,\"" + context.apn + "\",\"\",\"\",\"";
    const auto add = [&](const std::string& dns1, const std::string& dns2, int mtu) {
      reply.lines.push_back(head + dns1 + "\",\"" + dns2 + "\",,,,," + std::to_string(mtu));
    };
    for (const ip_family family : {ip_family::v4, ip_family::v6}) {
      if (context.address_of(family).empty()) continue;
      const auto servers = b.radio.name_servers(cid, family);
      add(servers[0], servers[1], family == ip_family::v4 ? b.config.mtu : b.config.mtu6);
    }
  }
  return reply;
}

native_reply context_events(board& b, const command& c) {
  int& level = b.radio.wanted().cgerep;
  if (c.shape == form::read) return one("+CGEREP: " + std::to_string(level) + ",0");
  const auto wanted = c.number(0, 0, 1);
  if (!wanted) return refused(wrong_parameters);
  level = *wanted;
  return {};
}

native_reply new_context(board& b, const command& c) {
  if (c.shape != form::read) return refused(wrong_parameters);
  for (int cid = 0; cid <= cid_max; ++cid) {
    if (b.radio.contexts().contains(cid)) continue;
    return one("%XNEWCID: " + std::to_string(cid));
  }
  return refused(not_allowed);
}

native_reply pdn_id(board& b, const command& c) {
  const auto cid = c.number(0, 0, cid_max);
  if (!cid) return refused(wrong_parameters);
  if (!b.radio.active(*cid)) return refused(not_allowed);
  return one("%XGETPDNID: " + std::to_string(b.radio.contexts().at(*cid).pdn_id));
}

constexpr std::array verbs{
    native_verb{'+', "CGDCONT", define_context}, native_verb{'+', "CGAUTH", authentication},
    native_verb{'+', "CGACT", activate},         native_verb{'+', "CGPADDR", address},
    native_verb{'+', "CGCONTRDP", parameters},   native_verb{'+', "CGEREP", context_events},
    native_verb{'%', "XNEWCID", new_context},    native_verb{'%', "XGETPDNID", pdn_id},
};

}  // namespace

std::span<const native_verb> context_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
