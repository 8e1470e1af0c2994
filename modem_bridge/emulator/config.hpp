// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modem_bridge/emulator/flavour.hpp"
#include "modem_bridge/emulator/time.hpp"
#include "stack/endpoint.hpp"

namespace cellsock::emulator {

/// Where in a counted receive the poll thread's URCs may cut in (it writes from a thread of its
/// own, so on hardware they can).
enum class urc_injection : std::uint8_t { off, header, tail, both };

/// What the network grants on its packet data contexts, whatever a context asks for.
enum class pdn_family : std::uint8_t { v4, v6, v4v6 };

/// What a data context logs in with, and what a network may demand.
struct credentials {
  int protocol = 0;  // 0 none, 1 PAP, 2 CHAP
  std::string user = {};
  std::string password = {};
};

/// Where one data context comes out.
struct context_outside {
  /// The address its traffic has on this computer; empty: any.
  std::optional<ip_address> source = {};
  /// Where port 53 of its first name server of that family really is.
  std::optional<endpoint> name_server = {};
};

/// A control verb at a time since power-on.
struct scripted_verb {
  duration at{};
  std::string request;
};

/// Everything about one emulated modem. The defaults are an nRF9160 with the Serial LTE Modem
/// application of NCS 3.1 on 115200 baud, with a quick boot and a quick network.
struct modem_config {
  const flavour* application = &flavour_of(dialect::slm_3_1);
  line_end terminator = line_end::crlf;
  unsigned baud = 115200;
  bool flow_control = true;  // RTS/CTS
  /// From the host's last byte on the wire to the modem's first. Two milliseconds of it are the
  /// UART's idle detection; a smaller value shortens that too.
  duration turnaround = std::chrono::milliseconds(3);
  duration network_delay{};  // one way, over the air
  duration boot_time = std::chrono::milliseconds(100);
  duration registration_time = std::chrono::milliseconds(200);
  /// From a context's activation to its IPv6 address, which a router advertisement completes. Zero:
  /// the address is there with the context.
  duration router_time = std::chrono::milliseconds(20);
  duration power_off_time = std::chrono::milliseconds(100);  // CFUN=0
  /// Radio silence after which the network releases the RRC connection (`+CSCON: 0`).
  duration rrc_inactivity = std::chrono::seconds(10);
  duration rrc_setup{};  // from idle to connected
  /// After which a connection ends that a hint, or the end of mere signalling, makes needless.
  duration rrc_early_release = std::chrono::milliseconds(500);
  bool release_assistance = true;  // this cell honours hints
  /// A round trip to the core network.
  duration activation_time = std::chrono::milliseconds(50);
  /// Restarts in a row without CFUN=0 after which the modem keeps off the network for 30 minutes;
  /// 0: it never does.
  int reset_loop_limit = 7;
  bool ready_line = true;  // some builds suppress `Ready`
  int first_handle = 0;    // socket numbers start here: a driver must not care

  // Identity.
  std::string manufacturer = "Nordic Semiconductor ASA";
  std::string model = "nRF9160-SICA";
  std::string firmware = "mfw_nrf9160_1.3.7";
  std::string hardware = "nRF9160 SICA B0A";
  std::string short_version = "nrf9160_1.3.7";
  std::string application_version = "3.1.0";
  std::string library_version = "3.1.0";
  std::string uuid = "50503041-3633-4261-803d-1e2b8f70111a";
  std::string imei = "352656100367872";
  std::string imsi = "262011234567890";
  std::string iccid = "8949020000012345678";

  // Network.
  bool sim_present = true;
  std::string pin = {};  // empty: the card asks for none
  std::string puk = "12345678";
  bool roaming = false;
  std::string operator_code = "26201";
  std::string operator_name = "Emulated Network";
  std::string apn = "iot.example";
  pdn_family family = pdn_family::v4v6;
  /// Printed as they stand here, so that a test can give them any of the forms RFC 4291 allows.
  /// The last group counts up for contexts other than the default.
  std::string address = "10.160.1.2";
  std::string address6 = "2001:db8:160:1::2";
  std::string dns_primary = "10.160.0.1";
  std::string dns_secondary = "10.160.0.2";
  std::string dns6_primary = "2001:db8:160::1";
  std::string dns6_secondary = "2001:db8:160::2";
  std::map<int, context_outside> outsides = {};  // by context
  /// Poll bits of a socket whose data network is gone: which ones differs between modem firmwares.
  unsigned pdn_loss_bits = 8;
  int mtu = 1280;
  int mtu6 = 1300;

  std::vector<scripted_verb> script = {};  // in order of time

  /// The only names that resolve. Several addresses per name are allowed.
  std::multimap<std::string, ip_address> names;
};

/// Makes it that firmware on the chip it runs on.
inline void become(modem_config& config, dialect id) {
  const flavour& application = flavour_of(id);
  config.application = &application;
  config.terminator = application.terminator;
  config.model = application.chip->model;
  config.firmware = application.chip->firmware;
  config.hardware = application.chip->hardware;
  config.short_version = application.chip->short_version;
  config.application_version = application.application_version;
  config.library_version = application.library_version;
}

[[nodiscard]] inline modem_config config_of(dialect id) {
  modem_config config;
  become(config, id);
  return config;
}

}  // namespace cellsock::emulator
