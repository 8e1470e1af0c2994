// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/control_server.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

using stream = asio::local::stream_protocol;

struct world {
  world() {
    std::string name = (std::filesystem::temp_directory_path() / "emulator-ctl-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    auto made = control_server::make(loop, folder / "ctl", [this](std::string_view request) {
      asked.emplace_back(request);
      return control_reply{
          request == "bad" ? control_reply::outcome::refused : control_reply::outcome::done,
          "{" + std::string(request) + "}"};
    });
    REQUIRE(made);
    server = std::move(*made);
    client.connect(stream::endpoint(folder / "ctl"));
    client.non_blocking(true);
  }
  ~world() {
    server.reset();
    std::filesystem::remove_all(folder);
  }

  void say(std::string_view text) { asio::write(client, asio::buffer(text)); }

  /// Until so much came; the deadline is for a test that would hang.
  std::string hear(std::size_t bytes) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (heard.size() < bytes && std::chrono::steady_clock::now() < end) {
      loop.restart();
      loop.run_one_for(50ms);
      std::array<char, 65536> chunk{};
      asio::error_code problem;
      const std::size_t n = client.read_some(asio::buffer(chunk), problem);
      heard.append(chunk.data(), n);
      if (problem == asio::error::eof) break;
    }
    return std::exchange(heard, {});
  }

  asio::io_context loop;
  std::filesystem::path folder;
  std::vector<std::string> asked;
  std::unique_ptr<control_server> server;
  stream::socket client{loop};
  std::string heard;
};

}  // namespace

TEST_CASE("one verb, one answer, and the connection ends") {
  world w;
  w.say("status\n");
  CHECK(w.hear(1000) == "ok\n{status}\n");
}

TEST_CASE("a watcher hears what is published and has its verbs answered on the same connection") {
  world w;
  w.say("watch\n");
  CHECK(w.hear(11) == "ok\n{lines}\n");
  w.server->publish("{\"event\":\"lines\"}");
  w.server->publish("{\"event\":\"lines\"}");
  CHECK(w.hear(36) == "{\"event\":\"lines\"}\n{\"event\":\"lines\"}\n");
  const std::string one = "{\"event\":\"reply\",\"outcome\":\"ok\",\"text\":\"{lines dtr=0}\"}\n";
  const std::string two = "{\"event\":\"reply\",\"outcome\":\"error\",\"text\":\"{bad}\"}\n";
  w.say("lines dtr=0\nbad\n");
  CHECK(w.hear(one.size() + two.size()) == one + two);
  CHECK(w.asked == std::vector<std::string>{"lines", "lines dtr=0", "bad"});
}

TEST_CASE("a watcher who does not read is dropped, and the others are not") {
  world w;
  w.say("watch\n");
  (void)w.hear(11);
  const std::string line(1000, 'x');
  for (int i = 0; i < 2000; ++i) w.server->publish(line);
  const std::string got = w.hear(100'000'000);
  CHECK(got.size() < 1'000'000);
}
