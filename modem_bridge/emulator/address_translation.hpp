// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "stack/endpoint.hpp"

namespace cellsock::emulator {

/// Places that the network shows and that really are somewhere else, by data context: a name server
/// with an address of the network's own, which a test runs on this computer.
class address_translation {
public:
  void add(int cid, const endpoint& shown, const endpoint& real) {
    rows_.push_back({cid, shown, real});
  }
  [[nodiscard]] endpoint outward(int cid, const endpoint& remote) const {
    for (const row& one : rows_)
      if (one.cid == cid && one.shown == remote) return one.real;
    return remote;
  }
  [[nodiscard]] endpoint inward(int cid, const endpoint& remote) const {
    for (const row& one : rows_)
      if (one.cid == cid && one.real == remote) return one.shown;
    return remote;
  }

private:
  struct row {
    int cid;
    endpoint shown;
    endpoint real;
  };
  std::vector<row> rows_;
};

}  // namespace cellsock::emulator
