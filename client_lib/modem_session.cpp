// SPDX-License-Identifier: Apache-2.0
#include "client_lib/modem_session.hpp"

#include <cerrno>
#include <utility>

#include "client_lib/control_calls.hpp"
#include "client_lib/dial.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/process.hpp"
#include "client_lib/quiet_thread.hpp"

namespace cellsock::client {

outcome<wire::AtReply> at_command(const std::string& command) {
  wire::Request request;
  request.mutable_at()->set_command(command);
  auto reply = ask(request, {deadline::after(limits::at_max)});
  if (!reply) return reply.why();
  return std::move(*reply->reply.mutable_at());
}

int modem_session::open() {
  auto& self = process();
  auto connection = self.pool.take(self.waits);
  if (!connection) return -connection.why().error;
  return open_.exchange(true) ? -EPERM : 0;
}

int modem_session::close() {
  if (!open_.exchange(false)) return -EPERM;
  return set_notification_handler(nullptr);
}

int modem_session::command_async(std::string command,
                                 std::function<void(outcome<wire::AtReply>)> handler) {
  if (command_under_way_.exchange(true)) return -EINPROGRESS;
  const int started =
      start_quiet_thread([this, given = std::move(command), told = std::move(handler)] {
        auto reply = at_command(given);
        // Before the handler: it may give the next one.
        command_under_way_ = false;
        told(std::move(reply));
      });
  if (started != 0) command_under_way_ = false;
  return started;
}

int modem_session::set_notification_handler(text_handler handler) {
  std::unique_lock lock(mutex_);
  const bool wanted = static_cast<bool>(handler);
  handler_ = std::move(handler);
  if (std::this_thread::get_id() != listener_) returned_.wait(lock, [&] { return !calling_; });
  if (!wanted || listening_) return 0;
  const int started =
      start_quiet_thread([this, generation = ++generation_] { listen(generation); });
  listening_ = started == 0;
  return started;
}

void modem_session::listen(std::uint64_t generation) {
  wait_registry waits;
  auto connection = control_connection::open(control_socket_path(), waits);
  if (connection) {
    wire::Request request;
    request.mutable_watch()->set_notifications(true);
    auto reply = (*connection)->exchange(request, {deadline::after(limits::reply_max)});
    while (reply) {
      for (const auto& field : reply->watch().fields())
        if (reply->watch().event() == "at-notification" && field.key() == "text")
          deliver(field.value(), generation);
      reply = (*connection)->next({deadline::never()});
    }
  }
  const std::lock_guard lock(mutex_);
  if (generation == generation_) listening_ = false;
}

void modem_session::deliver(const std::string& text, std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  const auto handler = handler_;
  if (!handler || generation != generation_) return;
  listener_ = std::this_thread::get_id();
  calling_ = true;
  lock.unlock();
  handler(text.c_str());
  lock.lock();
  calling_ = false;
  listener_ = {};
  lock.unlock();
  returned_.notify_all();
}

}  // namespace cellsock::client
