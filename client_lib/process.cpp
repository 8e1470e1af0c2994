// SPDX-License-Identifier: Apache-2.0
#include "client_lib/process.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <new>

#include "client_lib/owned_descriptor.hpp"

namespace cellsock::client {
namespace {

/// Zero in a new mapping and again in the child of a fork.
struct wiped_page {
  std::atomic<process_state*> state;
};

constinit std::atomic<wiped_page*> page{nullptr};
/// The newest state of this process or, right after a fork, of its parent.
constinit std::atomic<process_state*> newest{nullptr};

wiped_page& mapped_page() {
  if (auto* known = page.load(std::memory_order_acquire)) return *known;
  const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* made = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  // Linux 4.14 has the advice; the daemon's channels need a newer kernel anyway.
  if (made == MAP_FAILED || ::madvise(made, bytes, MADV_WIPEONFORK) != 0) throw std::bad_alloc();
  auto* mine = new (made) wiped_page{};
  wiped_page* first = nullptr;
  if (page.compare_exchange_strong(first, mine, std::memory_order_acq_rel)) return *mine;
  ::munmap(made, bytes);
  return *first;
}

process_state& adopt(wiped_page& where) {
  auto fresh = std::make_unique<process_state>();
  fresh->inherited = newest.load(std::memory_order_acquire);
  if (fresh->inherited != nullptr) {
    close_inherited_descriptors();
    fresh->pool.session = fresh->inherited->pool.session.load();
  }
  process_state* first = nullptr;
  if (!where.state.compare_exchange_strong(first, fresh.get(), std::memory_order_acq_rel))
    return *first;
  newest.store(fresh.get(), std::memory_order_release);
  return *fresh.release();
}

}  // namespace

process_state& process() {
  auto& where = mapped_page();
  if (auto* known = where.state.load(std::memory_order_acquire)) return *known;
  return adopt(where);
}

}  // namespace cellsock::client
