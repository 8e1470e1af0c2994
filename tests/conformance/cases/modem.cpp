// SPDX-License-Identifier: Apache-2.0
// nrf_modem_*, nrf_modem_at_*, nrf_setdnsaddr: a program's own modem code. Errors come by value.
#include <netinet/in.h>

#include <condition_variable>
#include <mutex>
#include <string>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

constexpr auto with_modem = nrf_only.needing("at");

/// What a handler was given last; handlers have no argument of their own.
struct heard {
  std::mutex mutex;
  std::condition_variable came;
  std::string text;
};
heard last_heard;

void hear(const char* text) {
  const std::lock_guard lock(last_heard.mutex);
  last_heard.text = text;
  last_heard.came.notify_all();
}

std::string wait_heard() {
  std::unique_lock lock(last_heard.mutex);
  last_heard.came.wait_for(lock, std::chrono::milliseconds(patience_ms),
                           [] { return !last_heard.text.empty(); });
  return last_heard.text;
}

const modem_calls& open_modem(const context& t) {
  t.equal(t.net.modem->init(), 0, "nrf_modem_init");
  return *t.net.modem;
}

const test_case cases[]{
    {"not_initialised", "Nordic: -EPERM before nrf_modem_init()", nrf_only,
     [](context& t) {
       std::string response;
       int number = 0;
       t.equal(t.net.modem->printf("AT"), -EPERM, "printf");
       t.equal(t.net.modem->command("AT", 64, response), -EPERM, "cmd");
       t.equal(t.net.modem->scan("AT+CFUN?", "+CFUN: %d", number), -EPERM, "scanf");
     }},
    {"ok", "Nordic nrf_modem_at_printf(): 0 for OK", with_modem,
     [](context& t) { t.equal(open_modem(t).printf("AT"), 0, "printf"); }},
    {"formatted", "Nordic nrf_modem_at_printf(): printf's rules", with_modem,
     [](context& t) { t.equal(open_modem(t).printf_number("AT+CGPADDR=%d", 0), 0, "printf"); }},
    {"error", "Nordic: positive, with the kind of error in bits 16 to 23", with_modem,
     [](context& t) {
       const int result = open_modem(t).printf("AT+NOSUCHCOMMAND");
       t.check(result > 0, "positive");
       t.check(result >> 16 >= 1 && result >> 16 <= 3, "the kind");
     }},
    {"response", "Nordic nrf_modem_at_cmd(): the lines and the final result", with_modem,
     [](context& t) {
       std::string response;
       t.equal(open_modem(t).command("AT+CFUN?", 128, response), 0, "cmd");
       t.equal(response, "+CFUN: 1\r\nOK\r\n", "response");
     }},
    {"response_cut", "Nordic nrf_modem_at_cmd(): -E2BIG, what fits is there", with_modem,
     [](context& t) {
       std::string response;
       t.equal(open_modem(t).command("AT+CFUN?", 8, response), -E2BIG, "cmd");
       t.equal(response, "+CFUN: ", "response");
     }},
    {"scanned", "Nordic nrf_modem_at_scanf(): the number of matches", with_modem,
     [](context& t) {
       int number = -1;
       t.equal(open_modem(t).scan("AT+CFUN?", "+CFUN: %d", number), 1, "scanf");
       t.equal(number, 1, "the value");
     }},
    {"nothing_scanned", "Nordic nrf_modem_at_scanf(): -EBADMSG", with_modem,
     [](context& t) {
       int number = -1;
       t.equal(open_modem(t).scan("AT+CFUN?", "+CEREG: %d", number), -EBADMSG, "scanf");
     }},
    {"async", "Nordic nrf_modem_at_cmd_async(): the handler gets the response", with_modem,
     [](context& t) {
       t.equal(open_modem(t).async("AT+CFUN?", hear), 0, "cmd_async");
       t.equal(wait_heard(), "+CFUN: 1\r\nOK\r\n", "response");
     }},
    {"refused_to_programs", "ours: what would break the daemon's view is -EPERM", with_modem,
     [](context& t) { t.equal(open_modem(t).printf("AT#XRESET"), -EPERM, "printf"); }},
    {"notifications", "Nordic nrf_modem_at_notif_handler_set(): set and unset", nrf_only,
     [](context& t) {
       const auto& modem = open_modem(t);
       t.equal(modem.notifications(hear), 0, "set");
       t.equal(modem.notifications(nullptr), 0, "unset");
     }},
    {"after_shutdown", "Nordic nrf_modem_shutdown(): as before the start", with_modem,
     [](context& t) {
       const auto& modem = open_modem(t);
       t.equal(modem.shutdown(), 0, "shutdown");
       t.equal(modem.printf("AT"), -EPERM, "printf");
       t.equal(modem.init(), 0, "init again");
       t.equal(modem.printf("AT"), 0, "printf again");
     }},
    {"dns_family", "Nordic nrf_setdnsaddr(): EAFNOSUPPORT", nrf_only,
     [](context& t) {
       const in_addr four{};
       t.error(t.net.modem->set_dns(AF_UNIX, &four, sizeof four), EAFNOSUPPORT, "setdnsaddr");
     }},
    {"dns_size", "Nordic nrf_setdnsaddr(): EINVAL for another size", nrf_only,
     [](context& t) {
       const in_addr four{};
       t.error(t.net.modem->set_dns(AF_INET, &four, 3), EINVAL, "setdnsaddr");
       t.error(t.net.modem->set_dns(AF_INET6, &four, sizeof four), EINVAL, "setdnsaddr, IPv6");
     }},
};

}  // namespace

std::span<const test_case> modem_cases() {
  return cases;
}

}  // namespace cellsock::conformance
