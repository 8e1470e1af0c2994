// SPDX-License-Identifier: Apache-2.0
#include "actors/process_identity.hpp"

#include <unistd.h>
#include <array>
#include <fstream>
#include <iterator>

namespace cellsock {
namespace {

constexpr std::string_view service = ".service";
/// Of a cgroup file: a machine may have a dozen hierarchies.
constexpr std::size_t cgroup_bytes_max = 16384;

}  // namespace

std::string unit_in(std::string_view cgroups) {
  std::string unit;
  while (!cgroups.empty()) {
    const auto line = cgroups.substr(0, cgroups.find('\n'));
    cgroups.remove_prefix(std::min(line.size() + 1, cgroups.size()));
    auto path = line.substr(std::min(line.find('/'), line.size()));
    while (!path.empty()) {
      path.remove_prefix(1);
      const auto part = path.substr(0, path.find('/'));
      if (part.ends_with(service) && part.size() > service.size()) unit = part;
      path.remove_prefix(part.size());
    }
    if (!unit.empty()) break;
  }
  return unit;
}

process_identity identify(pid_t pid) {
  const auto folder = "/proc/" + std::to_string(pid);
  process_identity found;
  std::ifstream comm(folder + "/comm");
  std::getline(comm, found.name);
  std::array<char, 4096> path{};
  const auto length = ::readlink((folder + "/exe").c_str(), path.data(), path.size());
  if (length > 0) found.executable.assign(path.data(), static_cast<std::size_t>(length));
  std::ifstream cgroup(folder + "/cgroup");
  std::string text(cgroup_bytes_max, '\0');
  cgroup.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(cgroup.gcount()));
  found.unit = unit_in(text);
  return found;
}

}  // namespace cellsock
