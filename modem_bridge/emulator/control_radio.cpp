// SPDX-License-Identifier: Apache-2.0
// Control verbs of the radio: what the network, its cell and the SIM do.
#include <array>

#include "modem_bridge/emulator/control_verb.hpp"
#include "modem_bridge/emulator/script.hpp"

namespace cellsock::emulator {
namespace {

constexpr int cause_max = 255;

std::optional<int> cause_of(std::string_view word) {
  const auto cause = whole(word);
  return cause && *cause > 0 && *cause <= cause_max ? cause : std::nullopt;
}

std::optional<int> context_of(std::string_view word) {
  const auto cid = whole(word);
  return cid && *cid < cell::contexts_max ? cid : std::nullopt;
}

// ---- contexts ----

control_reply pdn_up(control_target& t, int cid) {
  if (!t.parts.radio.registered()) return bad("not registered: `register` first");
  if (!t.parts.radio.contexts().contains(cid)) return bad("that context is not defined");
  return t.parts.radio.restore_context(cid, t.parts.now)
             ? good()
             : bad("the network does not grant it: too many, refused, or no such family");
}

control_reply pdn(control_target& t, words w) {
  if (w.empty() || w.size() > 3) return misused("pdn");
  cell& radio = t.parts.radio;
  const auto cid = w.size() > 1 ? context_of(w[1]) : std::optional<int>(0);
  if (w[0] == "up") return w.size() == 1 ? pdn_up(t, 0) : misused("pdn");
  const bool by_network = w.size() < 3 || w[2] == "nw";
  if (!cid || (w.size() == 3 && !(w[0] == "lose" && (by_network || w[2] == "me"))))
    return misused("pdn");
  if (w[0] == "down" || (w[0] == "lose" && w.size() > 1))
    return radio.drop_context(*cid, by_network) ? good() : bad("that context is not active");
  if (w.size() != 2) return misused("pdn");
  if (w[0] == "return") return pdn_up(t, *cid);
  if (w[0] == "suspend")
    return radio.suspend_context(*cid, true) ? good() : bad("not active, or suspended already");
  if (w[0] == "resume")
    return radio.suspend_context(*cid, false) ? good() : bad("that context is not suspended");
  return misused("pdn");
}

control_reply access_point(control_target& t, words w) {
  if (w.size() == 2 && w[1] == "allow") {
    t.parts.radio.refuse_access_point(std::string(w[0]), {});
    return good();
  }
  const auto cause = w.size() == 3 && w[1] == "refuse" ? cause_of(w[2]) : std::nullopt;
  if (!cause) return misused("apn");
  t.parts.radio.refuse_access_point(std::string(w[0]), cause);
  return good();
}

// ---- registration ----

control_reply registration(control_target& t, words w) {
  constexpr std::array<std::pair<std::string_view, cell::welcome>, 6> answers{
      {{"home", cell::welcome::home},
       {"roaming", cell::welcome::roaming},
       {"denied", cell::welcome::denied},
       {"emergency", cell::welcome::emergency},
       {"searching", cell::welcome::searching},
       {"none", cell::welcome::none}}};
  for (const auto& [name, how] : answers) {
    if (w.empty() || w[0] != name) continue;
    const bool denied = how == cell::welcome::denied;
    const auto cause = denied && w.size() == 2 ? cause_of(w[1]) : std::nullopt;
    if (denied ? !cause : w.size() != 1) return misused("registration");
    t.parts.radio.receive_as(how, cause.value_or(0), t.parts.now);
    return good();
  }
  return misused("registration");
}

control_reply detach(control_target& t, words w) {
  if (w.size() != 1 || (w[0] != "nw" && w[0] != "me")) return misused("detach");
  t.parts.radio.detach(w[0] == "nw", t.parts.now);
  return good();
}

control_reply deregister(control_target& t, words w) {
  if (!w.empty()) return misused("deregister");
  t.parts.radio.detach(true, t.parts.now);
  return good();
}

control_reply register_again(control_target& t, words w) {
  if (!w.empty()) return misused("register");
  t.parts.radio.receive_as(t.parts.config.roaming ? cell::welcome::roaming : cell::welcome::home, 0,
                           t.parts.now);
  return good();
}

// ---- SIM ----

control_reply remove_sim(control_target& t, words w) {
  if (!w.empty()) return misused("no-sim");
  t.parts.radio.set_sim(false, t.parts.now);
  return good();
}

control_reply sim(control_target& t, words w) {
  if (w.size() > 1 || (w.size() == 1 && w[0] != "insert" && w[0] != "remove"))
    return misused("sim");
  t.parts.radio.set_sim(w.empty() || w[0] == "insert", t.parts.now);
  return good();
}

// ---- the cell ----

control_reply cell_time(control_target& t, duration& value, std::string_view word,
                        std::string_view unit) {
  const auto length = parse_span(word, unit);
  if (!length) return misused("cell");
  value = *length;
  t.parts.radio.rrc().run(t.parts.now);
  return good();
}

control_reply cell_auth(control_target& t, words w) {
  if (w.size() == 2 && w[1] == "none") {
    t.parts.radio.demand_login({});
    return good();
  }
  if (w.size() != 4 || w[1] != "required") return misused("cell");
  t.parts.radio.demand_login(credentials{1, std::string(w[2]), std::string(w[3])});
  return good();
}

control_reply cell_verb(control_target& t, words w) {
  cell_timing& timing = t.parts.radio.rrc().timing();
  if (w.size() < 2) return misused("cell");
  if (w[0] == "auth") return cell_auth(t, w);
  if (w.size() != 2) return misused("cell");
  if (w[0] == "inactivity") return cell_time(t, timing.inactivity, w[1], "s");
  if (w[0] == "setup") return cell_time(t, timing.setup, w[1], "ms");
  if (w[0] == "release") return cell_time(t, timing.early_release, w[1], "ms");
  if (w[0] != "rai" || (w[1] != "on" && w[1] != "off")) return misused("cell");
  t.parts.radio.honour_hints(w[1] == "on");
  return good();
}

control_reply radio(control_target& t, words w) {
  return w.empty() ? good(to_json(t.parts.radio.rrc().sums(t.parts.now))) : misused("radio");
}

control_reply radio_trace(control_target& t, words w) {
  const auto since = w.size() == 1 ? whole(w[0]) : std::optional<int>(0);
  if (w.size() > 1 || !since) return misused("radio-trace");
  std::string lines;
  for (const auto& one : t.parts.radio.rrc().transitions())
    if (one.number > static_cast<std::uint64_t>(*since))
      lines += (lines.empty() ? "" : "\n") + to_json(one);
  return good(std::move(lines));
}

constexpr std::array verbs{
    control_verb{"pdn", "down [CID] | up | lose CID [nw|me] | return|suspend|resume CID",
                 "the network ends, restores or holds a data context", pdn},
    control_verb{"apn", "NAME refuse CAUSE | NAME allow",
                 "contexts with this access point are refused with this ESM cause", access_point},
    control_verb{"registration", "home|roaming|denied CAUSE|emergency|searching|none",
                 "what the network makes of the modem from now on", registration},
    control_verb{"detach", "nw|me", "detached, until `registration home` or `register`", detach},
    control_verb{"deregister", "", "the same as `detach nw`", deregister},
    control_verb{"register", "", "the network takes the modem again", register_again},
    control_verb{"no-sim", "", "pull the SIM", remove_sim},
    control_verb{"sim", "[insert|remove]", "put it back, or pull it", sim},
    control_verb{
        "cell",
        "rai on|off | inactivity S | setup MS | release MS | auth required USER PASSWORD | "
        "auth none",
        "how this cell behaves", cell_verb},
    control_verb{"radio", "", "how long the radio was in which state, as one JSON object", radio},
    control_verb{"radio-trace", "[AFTER]", "its changes of state, one JSON object per line",
                 radio_trace},
};

}  // namespace

std::span<const control_verb> radio_control_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
