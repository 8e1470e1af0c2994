// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/resolve_job.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

using dialect::intent;

namespace {

struct name_row {
  std::string_view in_text;  // lower case
  errc meaning;
};
// Both the sentences and the symbol names that firmwares print.
constexpr std::array name_failures{
    name_row{"not found", errc::name_not_found},
    name_row{"noname", errc::name_not_found},
    name_row{"nodata", errc::name_not_found},
    name_row{"no address", errc::name_not_found},
    name_row{"not known", errc::name_not_found},
    name_row{"does not resolve", errc::name_not_found},
    name_row{"addrfamily", errc::name_not_found},
    name_row{"again", errc::name_try_again},
    name_row{"temporary", errc::name_try_again},
    name_row{"timed out", errc::name_try_again},
    name_row{"timeout", errc::name_try_again},
    name_row{"cancel", errc::name_try_again},
};

std::string quoted_text(const at::reply& reply) {
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, "#XGETADDRINFO:")) {
      at::args fields(*rest);
      if (const auto text = fields.text()) return std::string(*text);
    }
  return {};
}

}  // namespace

resolve_job::resolve_job(engine_core& core, ticket t, std::string host,
                         std::optional<ip_family> family)
    : core_(core), ticket_(t), host_(std::move(host)), family_(family) {}

void resolve_job::start() {
  if (auto why = core_.not_ready()) return end(*why);
  if (family_) {
    ask_next_ = {*family_};
  } else {
    // An address of a family that this network does not carry is no use, and its query would cost
    // everybody a turn of the modem.
    for (const auto family : {ip_family::v6, ip_family::v4})
      if (!core_.facts.first().missing(family)) ask_next_.push_back(family);
    if (ask_next_.empty()) return end(core_.facts.trouble());
    if (ask_next_.size() > 1 && !core_.spoken->resolver_repeats_first) ask_next_ = {std::nullopt};
  }
  ask();
}

void resolve_job::ask() {
  const auto family = ask_next_.back();
  ask_next_.pop_back();
  dialect::fields values;
  values.host = host_;
  constexpr int any = 0;
  values.family = family ? family_number(*family) : any;
  core_.run(intent::resolve, values,
            [this, family](const at::reply& reply) { replied(family, reply); });
}

void resolve_job::replied(std::optional<ip_family> family, const at::reply& reply) {
  const auto text = quoted_text(reply);
  failure why = fail(errc::name_not_found, host_ + ": no address in the answer");
  if (!reply.ok()) {
    if (!core_.facts.first().up()) return end(core_.facts.trouble());
    why = fail(name_failure(text), host_ + ": " + (text.empty() ? "refused" : text));
  }
  auto added = reply.ok() ? addresses_in(text, family) : std::vector<ip_address>();
  std::stable_partition(added.begin(), added.end(),
                        [](const ip_address& address) { return address.family == ip_family::v4; });
  found_.insert(found_.end(), added.begin(), added.end());
  if (added.empty() && (!failed_ || outweighs(why.code, failed_->code))) failed_ = std::move(why);
  if (!ask_next_.empty()) return ask();
  // A modem that would have us try again may be about to say that its network is gone.
  if (found_.empty() && failed_ && failed_->code == errc::name_try_again)
    return core_.ask_why(socket_id{}, failed_->code, failed_->detail, [this](const failure& known) {
      end(known.code == errc::pdn_down ? core_.facts.trouble() : known);
    });
  end(failed_.value_or(fail(errc::none)));
}

/// What one family's query found is worth having, whatever became of the other's.
void resolve_job::end(const failure& why) {
  if (found_.empty())
    core_.emit(outcome::failed{ticket_, why});
  else
    core_.emit(outcome::resolved{ticket_, std::move(found_)});
  finish();
}

bool outweighs(errc one, errc other) {
  const auto weight = [](errc code) {
    return code == errc::name_not_found ? 0 : code == errc::name_failed ? 1 : 2;
  };
  return weight(one) > weight(other);
}

status check_host(std::string_view host) {
  if (host.empty()) return fail(errc::name_not_found, "an empty host name");
  if (host.size() > modem_limits::host_bytes_max)
    return fail(errc::name_not_found, "a host name longer than the modem's 127 bytes");
  const auto fits = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '"' && c != ',';
  };
  if (!std::all_of(host.begin(), host.end(), fits))
    return fail(errc::name_not_found, "a host name holds a blank, quote, comma or control byte");
  return done{};
}

errc name_failure(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& row : name_failures)
    if (lower.find(row.in_text) != std::string::npos) return row.meaning;
  return errc::name_failed;
}

std::vector<ip_address> addresses_in(std::string_view text, std::optional<ip_family> family) {
  std::vector<ip_address> found;
  while (!text.empty() && found.size() < modem_limits::addresses_max) {
    const auto end = std::min(text.find(' '), text.size());
    const auto parsed = parse_address(text.substr(0, end));
    if (parsed && (!family || parsed->family == *family) &&
        std::find(found.begin(), found.end(), *parsed) == found.end())
      found.push_back(*parsed);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

}  // namespace cellsock
