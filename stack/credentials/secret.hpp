// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

/// Key material: kept in one place, wiped before the memory goes back, never copied by accident.
namespace cellsock {

/// Not removed by an optimiser, whatever becomes of the memory afterwards.
void wipe(std::span<std::byte> bytes) noexcept;

/// The stack below the caller, where what has returned left its temporaries, and calls that were
/// bound late the registers of their callers.
void wipe_stack() noexcept;

/// Every block it gives back is wiped first: also what a growing vector leaves behind.
template <class T>
struct wiping_allocator {
  using value_type = T;
  wiping_allocator() = default;
  template <class U>
  wiping_allocator(const wiping_allocator<U>& /*other*/) noexcept {}
  [[nodiscard]] T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* p, std::size_t n) noexcept {
    wipe(std::as_writable_bytes(std::span(p, n)));
    std::allocator<T>{}.deallocate(p, n);
  }
  friend bool operator==(const wiping_allocator&, const wiping_allocator&) = default;
};

class secret {
public:
  secret() = default;
  explicit secret(std::size_t size) : bytes_(size) {}
  explicit secret(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}
  secret(secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  secret& operator=(secret&& other) noexcept {
    bytes_ = std::exchange(other.bytes_, {});
    return *this;
  }

  [[nodiscard]] std::span<const std::byte> view() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::byte> room() noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] secret copy() const { return secret(view()); }

  void append(std::span<const std::byte> more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  /// What was behind `size` is wiped at once.
  void shrink(std::size_t size) {
    if (size >= bytes_.size()) return;
    wipe(std::span(bytes_).subspan(size));
    bytes_.resize(size);
  }
  /// Takes as long for the first byte that differs as for the last.
  [[nodiscard]] bool same_as(std::span<const std::byte> other) const noexcept;

private:
  std::vector<std::byte, wiping_allocator<std::byte>> bytes_;
};

}  // namespace cellsock
