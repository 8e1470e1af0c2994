// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_resolver.hpp"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>

#include "actors/host/host_address.hpp"
#include "actors/host/host_error.hpp"
#include "actors/host/host_limits.hpp"

namespace cellsock::host {

/// Shared with the threads, which may outlive the resolver and the loop.
struct host_resolver::mailbox {
  std::mutex mutex;
  host_resolver* owner = nullptr;  // none: nobody is interested any more

  static void put(const std::shared_ptr<mailbox>& self, msg::lookup_ended answer) {
    const std::lock_guard<std::mutex> guard(self->mutex);
    if (self->owner == nullptr) return;
    asio::post(self->owner->loop_.io, [self, answer = std::move(answer)]() mutable {
      // On the loop, where the owner lives and dies: no lock is needed to read it.
      if (self->owner == nullptr) return;
      const io_scope scope(self->owner->loop_);
      self->owner->one_ended(std::move(answer));
    });
  }
};

host_resolver::host_resolver(const reactor& loop, std::function<void(msg::lookup_ended)> ended,
                             lookup look_up)
    : loop_(loop),
      ended_(std::move(ended)),
      look_up_(std::move(look_up)),
      mailbox_(std::make_shared<mailbox>()) {
  mailbox_->owner = this;
}

host_resolver::~host_resolver() {
  const std::lock_guard<std::mutex> guard(mailbox_->mutex);
  mailbox_->owner = nullptr;
}

status host_resolver::ask(question what) {
  if (what.host.size() > limits::name_bytes_max)
    return fail(errc::name_failed, "a name has at most 253 characters");
  if (threads_ < limits::lookup_threads_max) return start(std::move(what));
  if (waiting_.size() >= limits::lookups_waiting_max)
    return fail(errc::limit_reached, "names that wait to be looked up");
  waiting_.push_back(std::move(what));
  return done{};
}

void host_resolver::withdraw(std::uint64_t ticket) {
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [&](const question& q) { return q.ticket == ticket; }),
                 waiting_.end());
}

status host_resolver::start(question what) {
  try {  // the standard library's own way to say that there is no thread
    std::thread([box = mailbox_, look_up = look_up_, what = std::move(what)] {
      mailbox::put(box, look_up(what));
    }).detach();
  } catch (const std::system_error& e) {
    return fail(errc::limit_reached, std::string("a thread to look a name up: ") + e.what());
  }
  ++threads_;
  return done{};
}

void host_resolver::one_ended(msg::lookup_ended answer) {
  --threads_;
  if (!waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    const auto ticket = next.ticket;
    if (const auto started = start(std::move(next)); !started)
      ended_(msg::lookup_ended{ticket, {}, started.error()});
  }
  ended_(std::move(answer));
}

msg::lookup_ended host_resolver::ask_system(const question& what) {
  addrinfo hints{};
  hints.ai_family = what.family ? kernel_family(*what.family) : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  msg::lookup_ended answer{.ticket = what.ticket};
  const int code = ::getaddrinfo(what.host.c_str(), nullptr, &hints, &found);
  if (code != 0) {
    answer.why = failure_of_lookup(code, errno, what.host);
    return answer;
  }
  for (const auto* one = found; one != nullptr; one = one->ai_next)
    if (const auto where = from_kernel(one->ai_addr, one->ai_addrlen))
      answer.addresses.push_back(where->address);
  ::freeaddrinfo(found);
  if (answer.addresses.empty()) answer.why = fail(errc::name_not_found, what.host);
  return answer;
}

}  // namespace cellsock::host
