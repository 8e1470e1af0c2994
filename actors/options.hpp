// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "actors/config.hpp"

namespace cellsock {

/// What the file and the command line together say; or the exit code, if that was all there was to
/// do (--help, --version, --check-config, a mistake: explained on stderr).
struct options {
  settings values;
  std::optional<int> exit_code;
};
/// `uri_problem`: what is wrong with a modem URI, empty if nothing; given by the composition root,
/// as actors know no modem code.
[[nodiscard]] options read_options(
    int argc, char** argv, const std::function<std::string(const std::string&)>& uri_problem);

}  // namespace cellsock
