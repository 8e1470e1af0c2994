// SPDX-License-Identifier: Apache-2.0
#include <cellsock/version.h>
#include <doctest/doctest.h>
#include <nrf_modem.h>
#include <nrf_modem_at.h>
#include <nrf_modem_limits.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/unit/client_lib/zephyr_socket.hpp"

static_assert(std::is_same_v<decltype(nrf_modem_init), int(const nrf_modem_init_params*)>);
static_assert(std::is_same_v<decltype(nrf_modem_shutdown), int()>);
static_assert(std::is_same_v<decltype(nrf_modem_is_initialized), bool()>);
// (Format attributes do not go through a template.)
[[maybe_unused]] constexpr int (*at_printf)(const char*, ...) = nrf_modem_at_printf;
[[maybe_unused]] constexpr int (*at_scanf)(const char*, const char*, ...) = nrf_modem_at_scanf;
[[maybe_unused]] constexpr int (*at_cmd)(void*, size_t, const char*, ...) = nrf_modem_at_cmd;
[[maybe_unused]] constexpr int (*at_cmd_async)(nrf_modem_at_resp_handler_t, const char*,
                                               ...) = nrf_modem_at_cmd_async;
static_assert(
    std::is_same_v<decltype(nrf_modem_at_notif_handler_set), int(nrf_modem_at_notif_handler_t)>);
static_assert(std::is_same_v<nrf_modem_at_notif_handler_t, void (*)(const char*)>);
static_assert(NRF_MODEM_MAX_SOCKET_COUNT == 8);

namespace cellsock::testing {
namespace {

constexpr nrf_modem_init_params usual{};

/// Initialised for as long as it lives.
struct initialised {
  initialised() { REQUIRE(nrf_modem_init(&usual) == 0); }
  ~initialised() { nrf_modem_shutdown(); }
  initialised(const initialised&) = delete;
  initialised& operator=(const initialised&) = delete;
};

/// The daemon's modem answers every command alike and remembers the last.
class modem_side {
public:
  modem_side(fake_daemon& daemon, std::vector<std::string> lines, const std::string& result) {
    daemon.answer(v1::Request::kAt, [kept = kept_, lines, result](const v1::Request& request) {
      const std::lock_guard lock(kept->mutex);
      kept->last = request.at().command();
      v1::Reply reply;
      for (const auto& line : lines) reply.mutable_at()->add_lines(line);
      reply.mutable_at()->set_final_result(result);
      reply.mutable_at()->set_ok(result == "OK");
      return reply;
    });
  }
  [[nodiscard]] std::string last() const {
    const std::lock_guard lock(kept_->mutex);
    return kept_->last;
  }

private:
  struct state {
    std::mutex mutex;
    std::string last;
  };
  std::shared_ptr<state> kept_ = std::make_shared<state>();
};

TEST_CASE("at: a command is formatted, and its result is a number") {
  fake_daemon daemon;
  const initialised now;
  const auto give = [&](const std::string& result) {
    const modem_side modem(daemon, {}, result);
    errno = 4711;
    const int said = nrf_modem_at_printf("AT+CFUN=%d", 4);
    CHECK(errno == 4711);
    return said;
  };
  CHECK(give("OK") == 0);
  const int cme = give("+CME ERROR: 513");
  CHECK(nrf_modem_at_err_type(cme) == NRF_MODEM_AT_CME_ERROR);
  CHECK(nrf_modem_at_err(cme) == 513);
  const int cms = give("+CMS ERROR: 28");
  CHECK(nrf_modem_at_err_type(cms) == NRF_MODEM_AT_CMS_ERROR);
  CHECK(nrf_modem_at_err(cms) == 28);
  const int plain_error = give("ERROR");
  CHECK(nrf_modem_at_err_type(plain_error) == NRF_MODEM_AT_ERROR);
  CHECK(nrf_modem_at_err(plain_error) == 0);
  CHECK(nrf_modem_at_err(give("+CME ERROR: no such thing")) == 0);
  CHECK(nrf_modem_at_err(give("+CME ERROR: 99999999999")) == 0);
  modem_side modem(daemon, {}, "OK");
  CHECK(nrf_modem_at_printf("AT%%XDATA=\"%s\"", "x y") == 0);
  CHECK(modem.last() == "AT%XDATA=\"x y\"");
}

TEST_CASE("at: values are read from the response") {
  fake_daemon daemon;
  const initialised now;
  modem_side modem(daemon, {"+CGDCONT: 0,\"IPV4V6\",\"apn\"", "+X: 7"}, "OK");
  int id = -1;
  std::array<char, 16> type{};
  CHECK(nrf_modem_at_scanf("AT+CGDCONT?", "+CGDCONT: %d,\"%15[^\"]", &id, type.data()) == 2);
  CHECK(id == 0);
  CHECK(std::string(type.data()) == "IPV4V6");
  CHECK(modem.last() == "AT+CGDCONT?");
  CHECK(nrf_modem_at_scanf("AT", "+ELSE: %d", &id) == -NRF_EBADMSG);
  const modem_side refusing(daemon, {}, "ERROR");
  CHECK(nrf_modem_at_scanf("AT", "%d", &id) == NRF_MODEM_AT_ERROR << 16);
}

TEST_CASE("at: the response as text, as far as it fits") {
  fake_daemon daemon;
  const initialised now;
  const modem_side modem(daemon, {"nRF9160-SICA", "more"}, "OK");
  std::array<char, 64> buffer{};
  CHECK(nrf_modem_at_cmd(buffer.data(), buffer.size(), "AT+CGMM") == 0);
  const std::string whole = "nRF9160-SICA\r\nmore\r\nOK\r\n";
  CHECK(std::string(buffer.data()) == whole);
  CHECK(nrf_modem_at_cmd(buffer.data(), whole.size() + 1, "AT") == 0);
  CHECK(nrf_modem_at_cmd(buffer.data(), whole.size(), "AT") == -NRF_E2BIG);
  CHECK(std::string(buffer.data()) == whole.substr(0, whole.size() - 1));
  CHECK(nrf_modem_at_cmd(buffer.data(), 0, "AT") == -NRF_EINVAL);
  CHECK(nrf_modem_at_cmd(nullptr, 9, "AT") == -NRF_EFAULT);
}

TEST_CASE("at: what the daemon refuses, and what never leaves") {
  fake_daemon daemon;
  CHECK_FALSE(nrf_modem_is_initialized());
  CHECK(nrf_modem_at_printf("AT") == -NRF_EPERM);
  CHECK(nrf_modem_at_scanf("AT", "%*d") == -NRF_EPERM);
  CHECK(nrf_modem_shutdown() == -NRF_EPERM);
  CHECK(nrf_modem_init(nullptr) == -NRF_EFAULT);
  {
    const initialised now;
    CHECK(nrf_modem_is_initialized());
    CHECK(nrf_modem_init(&usual) == -NRF_EPERM);
    daemon.answer(v1::Request::kAt, [](const v1::Request&) {
      v1::Reply reply;
      reply.mutable_error()->set_code(v1::ERROR_CODE_COMMAND_REFUSED);
      return reply;
    });
    CHECK(nrf_modem_at_printf("AT+CFUN=0") == -NRF_EPERM);
    const int before = daemon.requests(v1::Request::kAt);
    const std::string empty;
    CHECK(nrf_modem_at_printf("%s", empty.c_str()) == -NRF_EINVAL);
    CHECK(nrf_modem_at_printf("%s", std::string(4097, 'x').c_str()) == -NRF_E2BIG);
    CHECK(daemon.requests(v1::Request::kAt) == before);
  }
  CHECK(std::string(nrf_modem_build_version()) == cellsock_version());
}

TEST_CASE("without a daemon there is no modem") {
  ::setenv("CELLSOCK_SOCKET", "/nonexistent", 1);
  CHECK(nrf_modem_init(&usual) == -NRF_ENETDOWN);
  CHECK_FALSE(nrf_modem_is_initialized());
}

struct heard {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::thread::id thread;
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex);
    return lines.size();
  }
} heard;

void hear(const char* text) {
  const std::lock_guard lock(heard.mutex);
  heard.lines.emplace_back(text);
  heard.thread = std::this_thread::get_id();
}

TEST_CASE("at: one command in the background at a time") {
  heard.lines.clear();
  fake_daemon daemon;
  const initialised now;
  std::mutex gate;
  std::atomic<bool> asked{false};
  daemon.answer(v1::Request::kAt, [&](const v1::Request&) {
    asked = true;
    const std::lock_guard pass(gate);
    v1::Reply reply;
    reply.mutable_at()->set_final_result("OK");
    reply.mutable_at()->set_ok(true);
    return reply;
  });
  CHECK(nrf_modem_at_cmd_async(nullptr, "AT") == -NRF_EFAULT);
  std::unique_lock held(gate);
  REQUIRE(nrf_modem_at_cmd_async(hear, "AT+COPS=%d", 0) == 0);
  REQUIRE(eventually([&] { return asked.load(); }));
  CHECK(nrf_modem_at_cmd_async(hear, "AT") == -NRF_EINPROGRESS);
  CHECK(heard.count() == 0);
  held.unlock();
  REQUIRE(eventually([] { return heard.count() == 1; }));
  CHECK(heard.lines[0] == "OK\r\n");
  CHECK(heard.thread != std::this_thread::get_id());
  CHECK(nrf_modem_at_cmd_async(hear, "AT") == 0);
  CHECK(eventually([] { return heard.count() == 2; }));
}

TEST_CASE("at: notifications, from when they are wanted until they are not") {
  heard.lines.clear();
  fake_daemon daemon;
  const initialised now;
  const auto notify = [&](const std::string& event, const std::string& text) {
    v1::WatchEvent told;
    told.set_event(event);
    auto& field = *told.add_fields();
    field.set_key("text");
    field.set_value(text);
    daemon.tell_watchers(told);
  };
  REQUIRE(nrf_modem_at_notif_handler_set(hear) == 0);
  REQUIRE(daemon.await_requests(v1::Request::kWatch, 1));
  notify("at", "> AT");
  notify("at-notification", "+CEREG: 5");
  REQUIRE(eventually([] { return heard.count() == 1; }));
  CHECK(heard.lines[0] == "+CEREG: 5\r\n");
  REQUIRE(nrf_modem_at_notif_handler_set(nullptr) == 0);
  notify("at-notification", "+CEREG: 1");
  // The line before may still be on its way when the new handler comes.
  static std::atomic<bool> heard_last;
  heard_last = false;
  REQUIRE(nrf_modem_at_notif_handler_set([](const char* text) {
            if (std::string(text) == "+CEREG: 2\r\n") heard_last = true;
          }) == 0);
  notify("at-notification", "+CEREG: 2");
  CHECK(eventually([] { return heard_last.load(); }));
  CHECK(heard.count() == 1);
  CHECK(daemon.requests(v1::Request::kWatch) == 1);
}

}  // namespace
}  // namespace cellsock::testing
