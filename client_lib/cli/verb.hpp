// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the verbs of the command line share.
namespace cellsock::cli {

/// Exit statuses: stable, documented in docs/cli.md. (2 comes from the argument parser alone.)
enum class exit_status : int { ok = 0, failed = 1, usage = 2, no_daemon = 3 };

/// Of `cellsock creds`.
struct creds_options {
  enum class action : std::uint8_t { add, list, show, remove, generate } what = action::list;
  std::uint32_t tag = 0;
  std::string type;
  std::string file;
  std::string user;
  std::string group;
  bool hex = false;
  bool replace = false;
  bool sha1_allowed = false;
  bool everybody = false;
  std::uint32_t rsa_bits_min = 0;
  std::string subject;
  std::vector<std::string> hosts;
  std::uint32_t days = 0;
};

/// Everything that options and arguments can say, for all verbs.
struct options {
  std::string socket_path;  // of the daemon
  bool json = false;
  std::string at_command;
  std::optional<std::uint32_t> at_timeout_s;
  bool trace_payload = false;
  std::string action;  // pdn: list, up, down; modem: on, flight, off
  std::string pdn;
  bool wait_registered = false;
  std::uint32_t wait_timeout_s = 120;
  std::string modem;  // empty: the default one (`at`), all (`trace`)
  creds_options creds;
};

[[nodiscard]] exit_status run_status(const options& given);
[[nodiscard]] exit_status run_at(const options& given);
[[nodiscard]] exit_status run_sockets(const options& given);
[[nodiscard]] exit_status run_radio(const options& given);
[[nodiscard]] exit_status run_pdn(const options& given);
[[nodiscard]] exit_status run_wait(const options& given);
[[nodiscard]] exit_status run_modem(const options& given);
[[nodiscard]] exit_status run_watch(const options& given);
[[nodiscard]] exit_status run_trace(const options& given);
[[nodiscard]] exit_status run_creds(const options& given);

}  // namespace cellsock::cli
