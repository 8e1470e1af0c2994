// SPDX-License-Identifier: Apache-2.0
#include "actors/program_sessions.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "stack/limits.hpp"

namespace cellsock {
namespace {

constexpr std::size_t name_bytes = 16;  // nobody guesses it

result<std::string> random_name(tls::random_source* random) {
  std::string name(name_bytes, '\0');
  if (random != nullptr && random->fill(std::as_writable_bytes(std::span(name)))) return name;
  return fail(errc::no_entropy, "a session needs a name that nobody guesses");
}

}  // namespace

status program_sessions::room_for(std::uint32_t user) {
  const auto of_user = static_cast<std::size_t>(
      std::count_if(sessions_.begin(), sessions_.end(),
                    [user](const auto& one) { return one.second.user == user; }));
  if (of_user < limits::credential_sessions_per_user_max &&
      sessions_.size() < limits::credential_sessions_max)
    return done{};
  ++refused_;
  return fail(errc::limit_reached, std::to_string(of_user) +
                                       " programs of this user have credentials, " +
                                       std::to_string(sessions_.size()) + " in all");
}

result<msg::session_opened> program_sessions::open(std::uint32_t user, tls::random_source* random,
                                                   keeper_handle keeper) {
  if (auto room = room_for(user); !room) return room.error();
  auto name = random_name(random);
  if (!name) return name.error();
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(errc::limit_reached, std::string("a session's anchor: ") + std::strerror(errno));
  descriptor ours(ends[0]);
  auto theirs = std::make_shared<descriptor>(ends[1]);
  // Nothing is ever said: what a program might write would wait here unread.
  ::shutdown(theirs->get(), SHUT_WR);
  auto anchor = std::make_unique<asio::posix::stream_descriptor>(loop_.io);
  asio::error_code ec;
  anchor->assign(ours.get(), ec);
  if (ec) return fail(errc::internal, "a session's anchor: " + ec.message());
  (void)ours.release();
  const program_id id{++last_};
  anchor->async_wait(asio::posix::descriptor_base::wait_error,
                     [&loop = loop_, id, keeper = std::move(keeper)](const asio::error_code& cut) {
                       if (cut) return;
                       const io_scope scope(loop);
                       caf::anon_send(keeper, msg::session_over{id});
                     });
  sessions_.emplace(id, session{*name, user, std::move(anchor)});
  return msg::session_opened{id, std::move(*name), std::move(theirs)};
}

program_id program_sessions::find(const std::string& name, std::uint32_t user) const {
  for (const auto& [id, one] : sessions_)
    if (one.user == user && one.name == name) return id;
  return {};
}

}  // namespace cellsock
