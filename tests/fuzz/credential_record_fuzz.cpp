// SPDX-License-Identifier: Apache-2.0
// A credential file's bytes. Its sum hides the rest from a fuzzer, so the sum is put right first;
// what is accepted survives a round trip.
#include <cstdint>
#include <cstdlib>

#include "stack/credentials/record.hpp"
#include "stack/tls/mbedtls_version.hpp"

using namespace cellsock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  (void)decode(bytes);
  secret whole(bytes);
  secret sum(32);
  (void)mbed::sha256(data, size, reinterpret_cast<unsigned char*>(sum.room().data()));
  whole.append(sum.view());
  const auto record = decode(whole.view());
  if (!record) {
    if (record.error().code != errc::malformed) std::abort();
    return 0;
  }
  const auto again = encode(*record);
  if (!again || !again->same_as(whole.view())) std::abort();
  credential_store store;
  std::vector<std::string> remarks;
  const calendar_time now{std::chrono::sys_days{std::chrono::year{2030} / 6 / 15}};
  load_into(store, *record, now, remarks);
  if (store.size() > record->entries.size()) std::abort();
  return 0;
}
