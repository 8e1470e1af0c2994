// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "stack/ids.hpp"

/// Whose turn it is on the line, among sockets that have something to send or to fetch. (Commands
/// that are not payload go first; the engine keeps those.) Pure.
///
/// Deficit round robin (Shreedhar and Varghese, 1995) over sockets, charged after the turn: what a
/// turn costs — payload, overhead, a select, waits — is known only then, and debt is carried. A
/// socket keeps the line while it has credit, which spares slm a select; one that has both to send
/// and to fetch alternates. Ahead of that ring goes what is small, since somebody waits for it:
/// within a bound, and charged like everything else, so it changes the order and not the shares.
/// While such small turns go on, bulk goes in half chunks: a question waits for the piece under way
/// and its answer for the next one, and together that is to be one chunk.
namespace cellsock {

enum class direction : std::uint8_t { send, receive };

struct turn {
  socket_id id;
  direction what;
  /// Small, while others wait. Such a send does not grow into a chunk.
  bool ahead = false;
  /// Of a send.
  std::size_t bytes_max = 0;
  friend bool operator==(const turn&, const turn&) = default;
};

class scheduler {
public:
  /// What passes ahead of bulk: a send of so few bytes, or a fetch on a socket whose last one was
  /// that small.
  static constexpr std::size_t small_bytes = 200;

  /// `quantum`: the bytes of line a socket may use per round, and the longest send of one turn; at
  /// least twice `small_bytes`.
  explicit scheduler(std::size_t quantum = 4096) : quantum_(quantum) {}
  void set_quantum(std::size_t quantum) { quantum_ = quantum; }

  /// How many bytes `id` has to send; 0: none. Who was idle queues behind the others.
  void to_send(socket_id id, std::size_t waiting);
  /// Whether something can be fetched for it.
  void to_fetch(socket_id id, bool waiting);
  void forget(socket_id id);

  /// The next turn; empty: nobody is ready. It ends with `charge`, or cost nothing.
  [[nodiscard]] std::optional<turn> next();
  /// What the turn moved, and the bytes of line it took, waits included.
  void charge(const turn& taken, std::size_t payload, std::size_t line_bytes);
  /// Whether somebody asked something small, beside bulk, and has not been answered: worth
  /// listening for a moment before the next piece of bulk.
  [[nodiscard]] bool answer_due() const;

private:
  struct member {
    socket_id id;
    std::size_t sends = 0;
    bool fetches = false;
    std::int64_t credit = 0;
    bool granted = false;        // its quantum of this visit is in `credit`
    bool asked = false;          // a small send went ahead, and nothing was fetched since
    bool fetches_small = true;   // the last fetch was, or there was none yet
    std::uint64_t ready_at = 0;  // order in which small ones are served
    direction last = direction::receive;

    [[nodiscard]] bool ready() const noexcept { return sends > 0 || fetches; }
    [[nodiscard]] bool small() const noexcept {
      return (sends > 0 && sends <= small_bytes) || (fetches && fetches_small);
    }
  };

  [[nodiscard]] std::vector<member>::iterator find(socket_id id);
  void change(socket_id id, auto&& what);
  [[nodiscard]] bool nobody_ready() const;
  [[nodiscard]] std::optional<turn> next_small();
  [[nodiscard]] turn regular(member& chosen) const;
  [[nodiscard]] std::size_t piece() const;
  [[nodiscard]] std::int64_t quantum() const { return static_cast<std::int64_t>(quantum_); }
  void visit_over();

  std::size_t quantum_;
  std::vector<member> ring_;      // the front is being visited
  std::size_t passed_ahead_ = 0;  // bytes of line small turns took since the last regular one
  std::uint64_t since_small_ = UINT64_MAX;  // bytes of line regular turns took since the last small
  std::uint64_t clock_ = 0;
};

}  // namespace cellsock
