// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stack/result.hpp"

/// A program run as a part of this one.
namespace cellsock {

/// Where `program` may be, best first: beside the running program, where an installation puts it,
/// where a build tree has it, then each folder of `path` ($PATH). Pure.
[[nodiscard]] std::vector<std::string> places_of(std::string_view program,
                                                 std::string_view own_folder,
                                                 std::string_view path);
/// The first of them that can be run; a name with a slash is one place itself. errc::port_missing
/// says where it was looked for.
[[nodiscard]] result<std::string> find_program(std::string_view program);

class child : public std::enable_shared_from_this<child> {
public:
  struct listener {
    /// One line of its standard output or standard error.
    std::function<void(std::string_view line)> said;
    /// It has ended: `exited with status 2`, `was killed by signal 9`. Once, unless `end` came
    /// before.
    std::function<void(const std::string& how)> ended;
  };
  /// Runs `program` with `arguments` behind its name, and descriptor `inherited` as its number 3
  /// (closed here). Signals are the default ones in it; it is in a process group of its own, so
  /// that a Ctrl-C at our terminal leaves us the time to end in order.
  [[nodiscard]] static result<std::shared_ptr<child>> run(asio::io_context& loop,
                                                          const std::string& program,
                                                          std::vector<std::string> arguments,
                                                          int inherited, listener hears);
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  /// Asks it to end, and makes it after 2 s; hears nothing more of it.
  void end() noexcept;

private:
  struct state;
  explicit child(std::unique_ptr<state> made);
  void read();
  void watch();
  void say_lines();
  std::unique_ptr<state> state_;
};

}  // namespace cellsock
