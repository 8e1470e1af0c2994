// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/random.hpp"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>

#include <algorithm>

#include "stack/tls/mbedtls_version.hpp"

// Its lock is what lets sessions on several threads draw from one generator.
#if !defined(MBEDTLS_THREADING_C)
#error "mbedTLS without MBEDTLS_THREADING_C"
#endif

namespace cellsock::tls {
namespace {

class drbg final : public random_source {
public:
  drbg() {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&generator_);
  }
  ~drbg() override {
    mbedtls_ctr_drbg_free(&generator_);
    mbedtls_entropy_free(&entropy_);
  }
  [[nodiscard]] int seed() {
    constexpr unsigned char purpose[] = "cellsock tls";
    return mbedtls_ctr_drbg_seed(&generator_, mbedtls_entropy_func, &entropy_, purpose,
                                 sizeof purpose);
  }
  [[nodiscard]] bool fill(std::span<std::byte> out) noexcept override {
    while (!out.empty()) {
      const auto part = std::min<std::size_t>(out.size(), MBEDTLS_CTR_DRBG_MAX_REQUEST);
      if (mbedtls_ctr_drbg_random(&generator_, reinterpret_cast<unsigned char*>(out.data()),
                                  part) != 0)
        return false;
      out = out.subspan(part);
    }
    return true;
  }

private:
  mbedtls_entropy_context entropy_{};
  mbedtls_ctr_drbg_context generator_{};
};

}  // namespace

result<std::shared_ptr<random_source>> system_random() {
  auto made = std::make_shared<drbg>();
  if (const int problem = made->seed(); problem != 0)
    return fail(errc::no_entropy, mbed::text_of(problem));
  return std::shared_ptr<random_source>(std::move(made));
}

}  // namespace cellsock::tls
