// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/push_job.hpp"

namespace cellsock {

using dialect::intent;

void push_job::run(intent what, std::function<void(modem_socket&, bool)> next) {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr || !entry->handle) return finish();
  dialect::fields values;
  values.handle = number(*entry->handle);
  core_.run(what, values, [this, next = std::move(next)](const at::reply& reply) {
    auto* socket = core_.table.find(id_);
    if (socket == nullptr || !socket->handle) return finish();
    next(*socket, reply.ok());
  });
}

void push_job::start() {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr || !entry->handle) return finish();
  if (!entry->pushed) {
    return run(intent::notice_end, [this](modem_socket&, bool) {
      run(intent::push_on, [this](modem_socket& socket, bool ok) {
        socket.pushed = ok;
        socket.push_fixed = !ok;
        if (ok) socket.news = readable::no;
        finish();
      });
    });
  }
  run(intent::push_off, [this](modem_socket& socket, bool ok) {
    socket.push_fixed = !ok;
    if (!ok) return finish();
    socket.pushed = false;
    run(intent::notice_again, [this](modem_socket& fetched, bool) {
      // What came before the notice was on is announced by nothing.
      fetched.news = readable::guess;
      finish();
    });
  });
}

}  // namespace cellsock
