// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace cellsock {
namespace {

using namespace std::chrono_literals;

constexpr int inherited_number = 3;
constexpr auto end_asked_max = 2s;
/// A line without end is cut: what a person reads in a log.
constexpr std::size_t line_bytes_max = 1024;

std::string own_folder() {
  std::array<char, PATH_MAX> path{};
  const auto size = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string whole(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return whole.substr(0, whole.rfind('/'));
}

failure start_failure(const std::string& program, int error) {
  return fail(errc::port_failed,
              program + " cannot be started: " + std::system_category().message(error));
}

std::string describe(const siginfo_t& how) {
  if (how.si_code == CLD_EXITED) return "exited with status " + std::to_string(how.si_status);
  return "was killed by signal " + std::to_string(how.si_status);
}

/// posix_spawn's tables with their ends.
struct spawn_tables {
  spawn_tables() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  ~spawn_tables() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  spawn_tables(const spawn_tables&) = delete;
  spawn_tables& operator=(const spawn_tables&) = delete;

  void prepare(int output, int inherited) {
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, inherited, inherited_number);
    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

}  // namespace

std::vector<std::string> places_of(std::string_view program, std::string_view own_folder,
                                   std::string_view path) {
  const std::string name = '/' + std::string(program);
  const std::string here(own_folder);
  std::vector<std::string> places{here + name, here + "/../bin" + name,
                                  here + "/../modem_bridge/emulator" + name};
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    // An empty part would mean the working directory: not ours to run things from.
    if (end > 0) places.push_back(std::string(path.substr(0, end)) + name);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return places;
}

result<std::string> find_program(std::string_view program) {
  if (program.find('/') != std::string_view::npos) return std::string(program);
  const char* path = std::getenv("PATH");
  const auto folder = own_folder();
  for (const auto& place : places_of(program, folder, path != nullptr ? path : ""))
    if (::access(place.c_str(), X_OK) == 0) return place;
  return fail(errc::port_missing,
              std::string(program) + " is neither beside cellsockd (" + folder + ") nor in $PATH");
}

struct child::state {
  explicit state(asio::io_context& loop) : output(loop), exit(loop), patience(loop) {}
  pid_t pid = 0;
  asio::posix::stream_descriptor output;
  asio::posix::stream_descriptor exit;  // a pidfd: readable when the child has ended
  asio::steady_timer patience;
  listener hears;
  std::array<char, 512> incoming{};
  std::string line;
};

child::child(std::unique_ptr<state> made) : state_(std::move(made)) {}
child::~child() = default;

result<std::shared_ptr<child>> child::run(asio::io_context& loop, const std::string& program,
                                          std::vector<std::string> arguments, int inherited,
                                          listener hears) {
  std::array<int, 2> output{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) {
    const int error = errno;
    ::close(inherited);
    return start_failure(program, error);
  }
  spawn_tables tables;
  tables.prepare(output[1], inherited);
  std::vector<std::string> words{program};
  words.insert(words.end(), std::make_move_iterator(arguments.begin()),
               std::make_move_iterator(arguments.end()));
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, program.c_str(), &tables.files, &tables.attributes, argv.data(), environ);
  ::close(inherited);
  ::close(output[1]);
  if (error != 0) {
    ::close(output[0]);
    return start_failure(program, error);
  }
  auto made = std::make_unique<state>(loop);
  made->pid = pid;
  made->hears = std::move(hears);
  std::error_code problem;
  made->output.assign(output[0], problem);
  // glibc 2.36 declares pidfd_open where it clashes with the kernel's headers: called by number.
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
  if (pidfd >= 0 && !problem) made->exit.assign(pidfd, problem);
  if (pidfd < 0 || problem) {
    const int why = problem ? problem.value() : errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return start_failure(program, why);
  }
  auto started = std::shared_ptr<child>(new child(std::move(made)));
  started->read();
  started->watch();
  return started;
}

void child::read() {
  state_->output.async_read_some(
      asio::buffer(state_->incoming),
      [self = shared_from_this()](const std::error_code& error, std::size_t got) {
        if (error) return;
        self->state_->line.append(self->state_->incoming.data(), got);
        self->say_lines();
        self->read();
      });
}

void child::say_lines() {
  auto& line = state_->line;
  for (;;) {
    auto end = line.find('\n');
    if (end == std::string::npos && line.size() < line_bytes_max) return;
    end = std::min(end, line_bytes_max);
    const auto said = line.substr(0, end);
    line.erase(0, end + (end < line.size() && line[end] == '\n' ? 1 : 0));
    if (state_->hears.said) state_->hears.said(said);
  }
}

void child::watch() {
  state_->exit.async_wait(asio::posix::descriptor_base::wait_read,
                          [self = shared_from_this()](const std::error_code& error) {
                            if (error) return;
                            siginfo_t how{};
                            ::waitid(P_PID, static_cast<id_t>(self->state_->pid), &how, WEXITED);
                            self->state_->pid = 0;
                            self->state_->patience.cancel();
                            // What it said last is in the pipe by now, and may explain the end.
                            std::error_code ignored;
                            self->state_->output.non_blocking(true, ignored);
                            for (std::error_code stop; !stop;) {
                              const auto got = self->state_->output.read_some(
                                  asio::buffer(self->state_->incoming), stop);
                              self->state_->line.append(self->state_->incoming.data(), got);
                              self->say_lines();
                            }
                            self->state_->output.close(ignored);
                            self->state_->exit.close(ignored);
                            if (auto ended = std::exchange(self->state_->hears, {}).ended)
                              ended(describe(how));
                          });
}

void child::end() noexcept {
  state_->hears = {};
  if (state_->pid == 0) return;
  ::kill(state_->pid, SIGTERM);
  state_->patience.expires_after(end_asked_max);
  state_->patience.async_wait([self = shared_from_this()](const std::error_code& error) {
    if (!error && self->state_->pid != 0) ::kill(self->state_->pid, SIGKILL);
  });
}

}  // namespace cellsock
