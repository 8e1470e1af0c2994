// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "cellsock/v1/socket.pb.h"

/// The credentials of a fake daemon: kept as they come, never looked into, except that content with
/// "bad" in it does not pass.
namespace cellsock::testing {

class fake_credentials {
public:
  fake_credentials() = default;
  ~fake_credentials();
  fake_credentials(const fake_credentials&) = delete;
  fake_credentials& operator=(const fake_credentials&) = delete;

  [[nodiscard]] static bool serves(const v1::Request& request);
  /// A new session's name, and the descriptor to hand out.
  [[nodiscard]] int open(std::string& session);
  [[nodiscard]] bool lives(const std::string& session);
  /// `part`: what came of a credential that is not whole yet.
  void serve(const std::string& session, std::string& part, const v1::Request& request,
             v1::Reply& answer);
  void keep(std::uint32_t tag, v1::CredentialType type, std::string content);
  [[nodiscard]] std::size_t of_programs();
  [[nodiscard]] std::size_t sessions();

private:
  /// The operator's are in the session "".
  using key = std::tuple<std::string, std::uint32_t, int>;
  void forget_the_dead();
  [[nodiscard]] const std::string* find(const std::string& session, std::uint32_t tag, int type);
  void add(const std::string& session, std::string& part, const v1::AddCredentialRequest& request,
           v1::Reply& answer);
  void get(const std::string& session, const v1::GetCredentialRequest& request, v1::Reply& answer);
  void remove(const std::string& session, const v1::DeleteCredentialRequest& request,
              v1::Reply& answer);
  void list(const std::string& session, const v1::ListCredentialsRequest& request,
            v1::Reply& answer);

  std::map<std::string, int> anchors_;
  std::map<key, std::string> kept_;
  int opened_ = 0;
};

}  // namespace cellsock::testing
