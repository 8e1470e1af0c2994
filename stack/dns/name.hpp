// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "stack/result.hpp"

namespace cellsock::dns {

/// `a.example` as it stands in a message: length bytes, labels, the root's zero. Letters, digits,
/// hyphens and underscores, in the case they were written in; one trailing dot may stand. Fails
/// with name_not_found: nothing else can be the name of a host.
[[nodiscard]] result<std::string> wire_name(std::string_view host);

/// In lower case: names are compared so (RFC 4343). A length byte is no letter.
[[nodiscard]] std::string folded(std::string name);

}  // namespace cellsock::dns
