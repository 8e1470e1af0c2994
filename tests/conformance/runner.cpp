// SPDX-License-Identifier: Apache-2.0
// Runs the cases against the calls that it was linked with. Each is a process of its own, so that a
// crash or a hang is one case's, and nothing that it opened stays.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/context.hpp"

namespace cellsock::conformance {
namespace {

/// Generous: the slowest case takes a second or two.
constexpr int case_ms_max = 40000;
/// For what is known to fail.
constexpr int skipped_ms_max = 3000;
constexpr int skipped_patience_ms = 1000;

struct options {
  bool list = false;
  bool json = false;
  std::vector<std::string> only;
  std::vector<std::string> cannot;
};

/// The exit status when these calls have none of the wanted cases.
constexpr int none_chosen = 3;

enum class verdict : std::uint8_t { ok, failed, skipped };
constexpr std::array verdict_names{"ok", "FAIL", "skip"};

struct outcome {
  verdict how;
  std::string why;
};

std::string quoted(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    std::array<char, 8> escaped{};
    if (static_cast<unsigned char>(c) < 0x20)
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
    if (c == '"' || c == '\\') made += '\\';
    if (escaped[0] != '\0')
      made += escaped.data();
    else
      made += c;
  }
  return made + '"';
}

/// Says on `to` what came of it; nothing is "ok".
void run_here(const test_case& row, int to) {
  std::string problem;
  try {
    context world(tested());
    row.run(world);
  } catch (const std::exception& e) {
    problem = e.what();
  } catch (...) {
    problem = "threw something else";
  }
  problem.resize(std::min<std::size_t>(problem.size(), 1000));
  if (::write(to, problem.data(), problem.size()) < 0) std::_Exit(2);
  std::_Exit(problem.empty() ? 0 : 1);
}

outcome run_apart(const test_case& row, int milliseconds) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {verdict::failed, "pipe"};
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) return {verdict::failed, "fork"};
  if (child == 0) {
    ::close(ends[0]);
    run_here(row, ends[1]);
  }
  ::close(ends[1]);
  std::string why;
  std::array<char, 1024> piece{};
  bool late = false;
  for (;;) {
    pollfd one{ends[0], POLLIN, 0};
    if (::poll(&one, 1, milliseconds) <= 0) {
      late = true;
      ::kill(child, SIGKILL);
      break;
    }
    const auto count = ::read(ends[0], piece.data(), piece.size());
    if (count <= 0) break;
    why.append(piece.data(), static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (late) return {verdict::failed, "hangs"};
  if (WIFSIGNALED(status))
    return {verdict::failed, std::string("signal ") + strsignal(WTERMSIG(status))};
  if (WEXITSTATUS(status) != 0 && why.empty()) why = "exit " + std::to_string(WEXITSTATUS(status));
  return {why.empty() ? verdict::ok : verdict::failed, why};
}

/// The word of `needed` that the link cannot, or none.
std::string missing(std::string_view needed, const std::vector<std::string>& cannot) {
  while (!needed.empty()) {
    const auto space = std::min(needed.find(' '), needed.size());
    const std::string word(needed.substr(0, space));
    if (std::find(cannot.begin(), cannot.end(), word) != cannot.end()) return word;
    needed.remove_prefix(std::min(space + 1, needed.size()));
  }
  return {};
}

/// What the link cannot is tried all the same: a skip must not outlive its reason.
outcome skip(const test_case& row, const std::string& lacking) {
  const int usual = std::exchange(patience_ms, skipped_patience_ms);
  const auto tried = run_apart(row, skipped_ms_max);
  patience_ms = usual;
  if (tried.how == verdict::failed) return {verdict::skipped, lacking};
  return {verdict::failed, "passes, although the link is said to lack " + lacking};
}

bool chosen(const std::string& group, const std::string& name, const options& wanted) {
  return wanted.only.empty() ||
         std::any_of(wanted.only.begin(), wanted.only.end(),
                     [&](const std::string& word) { return word == group || word == name; });
}

void report(const options& wanted, std::string_view group, const std::string& name,
            const test_case& row, const outcome& result) {
  const char* how = verdict_names[static_cast<std::size_t>(result.how)];
  if (wanted.json) {
    std::printf("{\"group\":%s,\"case\":%s,\"rule\":%s,\"result\":\"%s\",\"why\":%s}\n",
                quoted(group).c_str(), quoted(name).c_str(), quoted(row.rule).c_str(), how,
                quoted(result.why).c_str());
  } else {
    std::printf("%s %s (%s)%s%s\n", how, name.c_str(), std::string(row.rule).c_str(),
                result.why.empty() ? "" : ": ", result.why.c_str());
  }
  std::fflush(stdout);
}

int run_all(const options& wanted) {
  int failed = 0;
  int matched = 0;
  for (const auto& group : all_groups()) {
    for (const auto& row : group.cases) {
      const auto name = std::string(group.name) + "." + std::string(row.name);
      if (!row.where.to(tested().which) || !chosen(std::string(group.name), name, wanted)) continue;
      ++matched;
      if (wanted.list) {
        std::printf("%s (%s)\n", name.c_str(), std::string(row.rule).c_str());
        continue;
      }
      const auto lacking = missing(row.where.words, wanted.cannot);
      const auto result = lacking.empty() ? run_apart(row, case_ms_max) : skip(row, lacking);
      if (result.how == verdict::failed) ++failed;
      report(wanted, group.name, name, row, result);
    }
  }
  if (matched == 0) return none_chosen;
  return failed == 0 ? 0 : 1;
}

int usage(const char* program) {
  std::fprintf(stderr,
               "usage: %s [--list] [--json] [--only GROUP|GROUP.CASE]... [--cannot WORD]...\n"
               "Runs the socket cases against the %s calls; CELLSOCK_SOCKET names the daemon.\n"
               "--cannot: the cases that need WORD of the link must fail and count as skipped.\n"
               "0 if all others passed, 3 if there are none of that name.\n",
               program, tested().name);
  return 2;
}

}  // namespace
}  // namespace cellsock::conformance

int main(int argc, char** argv) {
  using namespace cellsock::conformance;
  options wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--list")
      wanted.list = true;
    else if (word == "--json")
      wanted.json = true;
    else if (word == "--only" && has_value)
      wanted.only.emplace_back(argv[++i]);
    else if (word == "--cannot" && has_value)
      wanted.cannot.emplace_back(argv[++i]);
    else
      return usage(argv[0]);
  }
  return run_all(wanted);
}
