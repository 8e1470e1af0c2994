// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "cellsock/v1/socket.pb.h"

/// Keys and PSKs cross the control socket in requests. Whoever held one wipes it: nothing here is
/// removed by an optimiser.
namespace cellsock::proto {

void wipe(std::span<std::byte> bytes) noexcept;
void wipe(std::string& text) noexcept;
/// Whatever of it might be secret: the contents of credentials, by tag and inline. Whether there
/// was any.
bool wipe_secrets(v1::Request& request) noexcept;

/// Wipes a request when it goes.
class secret_request {
public:
  explicit secret_request(v1::Request& request) : request_(request) {}
  ~secret_request() { (void)wipe_secrets(request_); }
  secret_request(const secret_request&) = delete;
  secret_request& operator=(const secret_request&) = delete;

private:
  v1::Request& request_;
};

}  // namespace cellsock::proto
