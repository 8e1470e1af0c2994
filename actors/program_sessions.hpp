// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio/posix/stream_descriptor.hpp>
#include <map>
#include <memory>
#include <string>

#include "actors/interfaces.hpp"
#include "actors/reactor.hpp"
#include "stack/tls/random.hpp"

namespace cellsock {

/// Sessions of programs: what their own credentials live with. Each is a socket pair whose one end
/// its program holds and nobody writes to; when the last copy of that end is closed, the kernel
/// says so here. Loop thread only.
class program_sessions {
public:
  explicit program_sessions(const reactor& loop) : loop_(loop) {}

  /// `keeper` hears msg::session_over. errc::no_entropy, limit_reached, internal.
  [[nodiscard]] result<msg::session_opened> open(std::uint32_t user, tls::random_source* random,
                                                 keeper_handle keeper);
  /// program_id{} for a name that is no session's of this user.
  [[nodiscard]] program_id find(const std::string& name, std::uint32_t user) const;
  [[nodiscard]] bool lives(program_id id) const { return sessions_.contains(id); }
  void end(program_id id) { sessions_.erase(id); }
  void clear() { sessions_.clear(); }
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }  // by a limit

private:
  struct session {
    std::string name;
    std::uint32_t user = 0;
    std::unique_ptr<asio::posix::stream_descriptor> anchor;  // our end; closing it ends the wait
  };
  [[nodiscard]] status room_for(std::uint32_t user);

  const reactor& loop_;
  std::map<program_id, session> sessions_;
  std::uint64_t last_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace cellsock
