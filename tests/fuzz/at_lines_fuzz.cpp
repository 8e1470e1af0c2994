// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/at/line_reader.hpp"
#include "modem_bridge/at/response.hpp"
#include "modem_bridge/network_facts.hpp"

// Property: what comes out depends on the bytes, not on how they were cut; and no line upsets a
// reader of fields.
namespace {

std::vector<std::string> lines_of(std::span<const std::byte> bytes, std::size_t cut) {
  cellsock::at::line_reader reader;
  std::vector<std::string> found;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(cut, bytes.size()));
    reader.feed(part);
    while (auto event = reader.next())
      if (auto* line = std::get_if<cellsock::at::line_reader::line>(&*event))
        found.push_back(line->text);
    bytes = bytes.subspan(part.size());
  }
  return found;
}

void read_fields(std::string_view text) {
  using namespace cellsock;
  network_facts facts;
  for (const auto read : {read_functional_mode,
                          read_sim_state,
                          read_registration_reply,
                          read_context,
                          read_activation,
                          read_address,
                          read_dynamic_parameters,
                          read_operator,
                          read_signal,
                          read_open_socket,
                          read_data_limit,
                          registration_changed,
                          sim_changed,
                          read_system_mode,
                          read_psm,
                          read_edrx,
                          read_pin_tries,
                          edrx_changed,
                          radio_changed,
                          refusal_explained})
    read(text, facts);
  (void)packet_event(text, facts);
  read_pdn_id(text, facts.first());
  (void)facts.trouble();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto whole = lines_of(bytes, size + 1);
  if (lines_of(bytes, 1) != whole || lines_of(bytes, 7) != whole) std::abort();
  const cellsock::at::expectation read{"+CEREG:", false, true};
  for (const auto& line : whole) {
    (void)cellsock::at::classify(line, nullptr);
    (void)cellsock::at::classify(line, &read);
    const auto colon = line.find(':');
    read_fields(colon == std::string::npos ? line : line.substr(colon + 1));
  }
  return 0;
}
