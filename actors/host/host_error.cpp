// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_error.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace cellsock::host {
namespace {

struct row {
  int theirs;
  errc ours;
};

constexpr std::array errno_rows{
    row{ECONNREFUSED, errc::connection_refused},
    row{ECONNRESET, errc::connection_reset},
    row{EPIPE, errc::connection_reset},
    row{ECONNABORTED, errc::connection_reset},
    row{ETIMEDOUT, errc::timed_out},
    row{ENETUNREACH, errc::network_unreachable},
    row{EHOSTUNREACH, errc::host_unreachable},
    row{ENETDOWN, errc::pdn_down},
    row{EADDRINUSE, errc::address_in_use},
    row{EADDRNOTAVAIL, errc::address_not_available},
    row{ENOTCONN, errc::not_connected},
    row{EISCONN, errc::already_connected},
    row{EINPROGRESS, errc::connect_in_progress},
    row{EALREADY, errc::connect_pending},
    row{EDESTADDRREQ, errc::destination_required},
    row{EMSGSIZE, errc::message_too_big},
    row{EAGAIN, errc::would_block},
    row{EINVAL, errc::invalid_argument},
    row{EAFNOSUPPORT, errc::unsupported_family},
    row{ESOCKTNOSUPPORT, errc::unsupported_type},
    row{EPROTONOSUPPORT, errc::unsupported_protocol},
    row{EOPNOTSUPP, errc::unsupported_operation},
    row{ENOPROTOOPT, errc::unknown_option},
    row{EPERM, errc::not_permitted},
    row{EACCES, errc::not_permitted},
    row{ENODEV, errc::no_device},
    row{EMFILE, errc::limit_reached},
    row{ENFILE, errc::limit_reached},
    row{ENOBUFS, errc::limit_reached},
    row{ENOMEM, errc::limit_reached},
};

constexpr std::array lookup_rows{
    row{EAI_NONAME, errc::name_not_found},     row{EAI_NODATA, errc::name_not_found},
    row{EAI_AGAIN, errc::name_try_again},      row{EAI_FAIL, errc::name_failed},
    row{EAI_FAMILY, errc::unsupported_family}, row{EAI_ADDRFAMILY, errc::name_not_found},
    row{EAI_MEMORY, errc::limit_reached},
};

template <std::size_t N>
constexpr errc find(const std::array<row, N>& rows, int theirs, errc otherwise) {
  for (const auto& one : rows)
    if (one.theirs == theirs) return one.ours;
  return otherwise;
}

constexpr bool each_once(const auto& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = i + 1; j < rows.size(); ++j)
      if (rows[i].theirs == rows[j].theirs) return false;
  return true;
}
static_assert(each_once(errno_rows) && each_once(lookup_rows), "one row for each number");

}  // namespace

errc code_of_errno(int error) noexcept {
  return find(errno_rows, error, errc::internal);
}

failure failure_of_errno(int error, const std::string& what) {
  return fail(code_of_errno(error), what + ": " + std::strerror(error));
}

failure failure_of_lookup(int code, int error, const std::string& name) {
  if (code == EAI_SYSTEM) return fail(errc::name_failed, name + ": " + std::strerror(error));
  return fail(find(lookup_rows, code, errc::name_failed), name + ": " + ::gai_strerror(code));
}

}  // namespace cellsock::host
