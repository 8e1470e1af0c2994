// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>

#include "client_lib/cli/verb.hpp"

namespace cellsock::cli {

/// `cellsock creds ACTION …`
void add_creds_arguments(CLI::App& verb, options& given);

}  // namespace cellsock::cli
