// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pki.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cellsock::test {

std::string pki_file(std::string_view name) {
  const auto path = std::string(CELLSOCK_SOURCE_DIR "/tests/support/pki/") + std::string(name);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

credential_ptr given(credential_type type, std::string_view text) {
  // Whatever the certificate's dates: what a test is about, the engine is to say.
  for (const int year : {2030, 2001, 2110}) {
    const calendar_time then{std::chrono::sys_days{std::chrono::year{year} / 6 / 15}};
    auto read = read_credential(type, bytes_of(text), {then, 1024, true});
    if (read) return *read;
    if (year == 2110) throw std::runtime_error(read.error().detail);
  }
  return nullptr;
}

credential_ptr pki(credential_type type, std::string_view file) {
  return given(type, pki_file(file));
}

tls::tag_contents trusting(std::string_view roots) {
  tls::tag_contents tag{sec_tag{1}};
  tag.ca = pki(credential_type::ca_certificate, roots);
  return tag;
}

tls::tag_contents identity(std::string_view certificate, std::string_view key) {
  tls::tag_contents tag{sec_tag{2}};
  tag.own_certificate = pki(credential_type::own_certificate, certificate);
  tag.private_key = pki(credential_type::private_key, key);
  return tag;
}

tls::tag_contents psk(std::string_view key, std::string_view name) {
  tls::tag_contents tag{sec_tag{3}};
  tag.psk = given(credential_type::psk, key);
  tag.psk_identity = given(credential_type::psk_identity, name);
  return tag;
}

}  // namespace cellsock::test
