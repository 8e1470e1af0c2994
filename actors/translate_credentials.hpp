// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/credential_messages.hpp"
#include "cellsock/v1/credential.pb.h"

/// Credentials between the daemon's values and their wire form. No I/O, and nothing secret.
namespace cellsock::wire {

namespace v1 = cellsock::v1;

/// A scope that names nobody is the asking user's.
[[nodiscard]] credential_scope scope_of(const v1::CredentialScope& from, std::uint32_t asking);
/// At most 16 certificates, from `first_certificate` on; `now`: for what expires soon.
void set_credential(v1::CredentialInfo& to, const credential_listing& from, calendar_time now,
                    std::size_t first_certificate = 0);

}  // namespace cellsock::wire
