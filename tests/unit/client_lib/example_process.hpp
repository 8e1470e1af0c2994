// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

namespace cellsock::testing {

/// A program of client_lib/examples that runs, its standard output in a pipe.
class example_process {
public:
  explicit example_process(const std::string& name, std::vector<std::string> arguments = {}) {
    const std::string path = CELLSOCK_BINARY_DIR "/client_lib/examples/" + name;
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    output_ = pipe[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    arguments.insert(arguments.begin(), path);
    std::vector<char*> vector;
    for (auto& one : arguments) vector.push_back(one.data());
    vector.push_back(nullptr);
    const int error =
        ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, vector.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    REQUIRE_MESSAGE(error == 0, path);
  }
  ~example_process() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(output_);
  }
  example_process(const example_process&) = delete;
  example_process& operator=(const example_process&) = delete;

  /// Everything that it printed, once it has ended in order.
  std::string ended() {
    std::string all;
    std::array<char, 512> buffer;
    for (ssize_t count = 0; (count = ::read(output_, buffer.data(), buffer.size())) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(count));
    int status = -1;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    return all;
  }

private:
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace cellsock::testing
