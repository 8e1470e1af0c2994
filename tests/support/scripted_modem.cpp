// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scripted_modem.hpp"

#include <algorithm>

namespace cellsock::test {

scripted_modem::scripted_modem(std::string apn, std::function<trace_detail()> trace_wanted)
    : scripted_modem(
          engine_config{.apn = std::move(apn), .trace_wanted = std::move(trace_wanted)}) {}

scripted_modem::scripted_modem(engine_config config) : driver(std::move(config)) {
  answers_ = {
      {"AT", "\r\nOK\r\n"},
      {"AT#XSMVER", "\r\nERROR\r\n"},
      {"AT#XSLMVER", "\r\n#XSLMVER: \"3.1.0\",\"2.9.2\"\r\n\r\nOK\r\n"},
      {"AT#XCLAC", "\r\nAT#XSOCKETSELECT\r\nAT#XAPOLL\r\n\r\nOK\r\n"},
      {"AT#XDATACTRL?", "\r\n#XDATACTRL: 0,32\r\n\r\nOK\r\n"},
      {"AT#XSOCKETSELECT?", "\r\n#XSOCKETSELECT: -1\r\n\r\nOK\r\n"},
      {"AT+CFUN?", "\r\n+CFUN: 1\r\n\r\nOK\r\n"},
      {"AT+CEREG?", "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n"},
      {"AT+CGACT?", "\r\n+CGACT: 0,1\r\n\r\nOK\r\n"},
      {"AT+CGPADDR", "\r\n+CGPADDR: 0,\"10.0.0.2\"\r\n\r\nOK\r\n"},
      {"AT#XCONNECT", "\r\n#XCONNECT: 1\r\n\r\nOK\r\n"},
      {"AT#XRECV", "\r\nERROR\r\n"},
      {"AT#XGETADDRINFO", "\r\n#XGETADDRINFO: \"192.0.2.7\"\r\n\r\nOK\r\n"},
  };
}

void scripted_modem::answer(std::string begins, std::string reply) {
  answers_.emplace_back(std::move(begins), std::move(reply));
}

void scripted_modem::be_serial_modem() {
  answer("AT#XSMVER", "\r\n#XSMVER: \"v1.0.1\",\"3.2.1\"\r\n\r\nOK\r\n");
  answer("AT#XCLAC", "\r\nAT#XCLOSE\r\nAT#XRECVCFG\r\nAT#XAPOLL\r\nAT+IPR\r\n\r\nOK\r\n");
  answer("AT#XSOCKET?", "\r\nOK\r\n");
  answer("AT#XRECVCFG", "\r\nOK\r\n");
  payload_after = [](const std::string& command) -> std::size_t {
    const bool counted = command.starts_with("AT#XSEND=") && command.find(",2,0,") != command.npos;
    return counted ? std::stoul(command.substr(command.rfind(',') + 1)) : 0;
  };
}

bool scripted_modem::was_sent(std::string_view begins) const {
  return std::any_of(sent.begin(), sent.end(),
                     [&](const std::string& text) { return text.starts_with(begins); });
}

std::string scripted_modem::reply_to(const std::string& command) {
  const std::pair<std::string, std::string>* best = nullptr;
  for (const auto& row : answers_)
    if (command.starts_with(row.first) &&
        (best == nullptr || row.first.size() >= best->first.size()))
      best = &row;
  std::string reply = best == nullptr ? "" : best->second;
  if (best != nullptr && best->first != "AT") return reply;
  if (command.starts_with("AT#XSOCKET=1") || command.starts_with("AT#XSOCKET=2"))
    return "\r\n#XSOCKET: " + std::to_string(next_handle_++) + ",1,6\r\n\r\nOK\r\n";
  if (command.starts_with("AT#XSEND=\""))
    return "\r\n#XSEND: " + std::to_string(command.size() - 11) + "\r\n\r\nOK\r\n";
  if (command == "AT#XSEND" ||
      (command.starts_with("AT#XSENDTO=") && std::count(command.begin(), command.end(), '"') == 2))
    data_mode_ = true;
  return reply;
}

void scripted_modem::take_output() {
  for (const auto byte : driver.take_output()) typed_ += static_cast<char>(byte);
}

void scripted_modem::feed(std::string_view bytes) {
  driver.port_received(std::as_bytes(std::span(bytes)), now);
  settle();
}

void scripted_modem::settle() {
  for (int guard = 0; guard < 10000; ++guard) {
    take_output();
    for (const auto& line : driver.take_trace())
      if (on_trace) on_trace(line);
    auto more = driver.take_outcomes();
    for (auto& o : more) {
      happened.push_back(o);
      if (const auto* rate = std::get_if<outcome::set_baud>(&o)) line_rate = rate->baud;
      if (const auto* want = std::get_if<outcome::want_chunk>(&o); want != nullptr && on_want)
        on_want(*want);
    }
    take_output();
    if (payload_due_ > 0 && typed_.size() >= payload_due_) {
      sent.push_back("<" + typed_.substr(0, payload_due_) + ">");
      typed_.erase(0, std::exchange(payload_due_, 0U));
      if (answers_left-- > 0) driver.port_received(std::as_bytes(std::span(payload_reply)), now);
      continue;
    }
    const std::string end = data_mode_ ? "+++" : "\r";
    const auto at = payload_due_ > 0 ? std::string::npos : typed_.find(end);
    if (at == std::string::npos) {
      if (more.empty()) return;
      continue;
    }
    const std::string text = typed_.substr(0, at);
    typed_.erase(0, at + end.size());
    if (!data_mode_ && !typed_.empty() && typed_.front() == '\n') typed_.erase(0, 1);
    sent.push_back(data_mode_ ? "<" + text + ">" : text);
    if (answers_left <= 0 || (hears_at != 0 && hears_at != line_rate)) continue;
    --answers_left;
    ++answered;
    std::string reply = "\r\n#XDATAMODE: 0\r\n";
    if (std::exchange(data_mode_, false) == false) {
      reply = reply_to(text);
      if (payload_after) payload_due_ = payload_after(text);
    }
    driver.port_received(std::as_bytes(std::span(reply)), now);
  }
}

void scripted_modem::pass(std::chrono::milliseconds time) {
  const auto until = now + time;
  for (int guard = 0; guard < 100000; ++guard) {
    const auto due = driver.deadline();
    if (!due || *due > until) break;
    now = std::max(now, *due);
    driver.expire(now);
    settle();
  }
  now = until;
}

void scripted_modem::boot() {
  driver.port_opened(now);
  settle();
  pass(std::chrono::milliseconds(500));
}

}  // namespace cellsock::test
