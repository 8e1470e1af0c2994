// SPDX-License-Identifier: Apache-2.0
#include "client_lib/owned_descriptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "client_lib/limits.hpp"

namespace cellsock::client {

/// Slots are pushed and never freed: a forked child finds a list without half-made links. There
/// are as many as descriptors were ever open at once.
struct ledger_slot {
  std::atomic<bool> taken{false};
  std::atomic<int> number{-1};
  std::atomic<std::uint64_t> cookie{0};
  std::atomic<pid_t> owner{0};
  ledger_slot* next = nullptr;
};

namespace {

constinit std::atomic<ledger_slot*> ledger{nullptr};

ledger_slot* take_slot() {
  for (auto* slot = ledger.load(std::memory_order_acquire); slot != nullptr; slot = slot->next)
    if (!slot->taken.exchange(true, std::memory_order_acq_rel)) return slot;
  auto* made = new ledger_slot;
  made->taken = true;
  made->next = ledger.load(std::memory_order_acquire);
  while (!ledger.compare_exchange_weak(made->next, made, std::memory_order_acq_rel)) {
  }
  return made;
}

}  // namespace

std::uint64_t cookie_of(int fd) noexcept {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  if (::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0) return 0;
  return cookie;
}

owned_descriptor::owned_descriptor(unique_fd made) : slot_(take_slot()) {
  const int high = ::fcntl(made.get(), F_DUPFD_CLOEXEC, limits::own_descriptor_min);
  // With RLIMIT_NOFILE at or below 768 the number that came has to do.
  number_ = high >= 0 ? high : made.release();
  cookie_ = cookie_of(number_);
  slot_->cookie.store(cookie_, std::memory_order_relaxed);
  slot_->owner.store(::getpid(), std::memory_order_relaxed);
  slot_->number.store(number_, std::memory_order_release);
}

owned_descriptor::owned_descriptor(owned_descriptor&& other) noexcept
    : number_(std::exchange(other.number_, -1)),
      cookie_(other.cookie_),
      slot_(std::exchange(other.slot_, nullptr)) {}

owned_descriptor& owned_descriptor::operator=(owned_descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  std::swap(cookie_, other.cookie_);
  std::swap(slot_, other.slot_);
  return *this;
}

owned_descriptor::~owned_descriptor() {
  if (slot_ == nullptr) return;
  slot_->number.store(-1, std::memory_order_release);
  if (still_ours()) ::close(number_);
  slot_->taken.store(false, std::memory_order_release);
}

bool owned_descriptor::still_ours() const noexcept {
  return number_ >= 0 && cookie_ != 0 && cookie_of(number_) == cookie_;
}

void close_inherited_descriptors() noexcept {
  const auto self = ::getpid();
  for (auto* slot = ledger.load(std::memory_order_acquire); slot != nullptr; slot = slot->next) {
    if (slot->owner.load(std::memory_order_relaxed) == self) continue;
    // Two threads of the child may come here at once: only one gets each number.
    const int number = slot->number.exchange(-1, std::memory_order_acq_rel);
    if (number < 0) continue;
    if (cookie_of(number) == slot->cookie.load(std::memory_order_relaxed)) ::close(number);
    slot->taken.store(false, std::memory_order_release);
  }
}

}  // namespace cellsock::client
