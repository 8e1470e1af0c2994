// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_credentials.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace cellsock::testing {
namespace {

constexpr std::size_t page_entries = 2;
constexpr std::size_t part_bytes = 60000;

v1::CredentialInfo info_of(std::uint32_t tag, int type, bool durable, const std::string& content) {
  v1::CredentialInfo info;
  info.set_tag(tag);
  info.set_type(static_cast<v1::CredentialType>(type));
  info.set_lifetime(durable ? v1::CREDENTIAL_LIFETIME_DURABLE : v1::CREDENTIAL_LIFETIME_PROCESS);
  if (durable) info.mutable_scope()->set_uid(::getuid());
  // Not a digest, but as long as one, and another for another length.
  if (type != v1::CREDENTIAL_TYPE_PSK)
    info.set_content_sha256(std::string(32, static_cast<char>(content.size())));
  return info;
}

bool is_secret(int type) {
  return type == v1::CREDENTIAL_TYPE_PRIVATE_KEY || type == v1::CREDENTIAL_TYPE_PSK;
}

}  // namespace

fake_credentials::~fake_credentials() {
  for (const auto& [name, fd] : anchors_) ::close(fd);
}

bool fake_credentials::serves(const v1::Request& request) {
  return request.call_case() >= v1::Request::kAddCredential &&
         request.call_case() <= v1::Request::kGenerateCredential;
}

int fake_credentials::open(std::string& session) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    throw std::runtime_error("socketpair");
  session = "session-" + std::to_string(++opened_);
  anchors_[session] = pair[0];
  return pair[1];
}

void fake_credentials::forget_the_dead() {
  for (auto one = anchors_.begin(); one != anchors_.end();) {
    pollfd entry{one->second, 0, 0};
    if (::poll(&entry, 1, 0) == 0) {
      ++one;
      continue;
    }
    std::erase_if(kept_, [&](const auto& row) { return std::get<0>(row.first) == one->first; });
    ::close(one->second);
    one = anchors_.erase(one);
  }
}

bool fake_credentials::lives(const std::string& session) {
  forget_the_dead();
  return anchors_.contains(session);
}

std::size_t fake_credentials::sessions() {
  forget_the_dead();
  return anchors_.size();
}

std::size_t fake_credentials::of_programs() {
  forget_the_dead();
  std::size_t count = 0;
  for (const auto& [name, content] : kept_) count += std::get<0>(name).empty() ? 0 : 1;
  return count;
}

void fake_credentials::keep(std::uint32_t tag, v1::CredentialType type, std::string content) {
  kept_[{"", tag, type}] = std::move(content);
}

const std::string* fake_credentials::find(const std::string& session, std::uint32_t tag, int type) {
  for (const auto& whose : {session, std::string()})
    if (const auto found = kept_.find({whose, tag, type}); found != kept_.end())
      return &found->second;
  return nullptr;
}

void fake_credentials::serve(const std::string& session, std::string& part,
                             const v1::Request& request, v1::Reply& answer) {
  forget_the_dead();
  switch (request.call_case()) {
    case v1::Request::kAddCredential: return add(session, part, request.add_credential(), answer);
    case v1::Request::kGetCredential: return get(session, request.get_credential(), answer);
    case v1::Request::kDeleteCredential:
      return remove(session, request.delete_credential(), answer);
    case v1::Request::kListCredentials: return list(session, request.list_credentials(), answer);
    case v1::Request::kCompareCredential: {
      const auto& asked = request.compare_credential();
      part += asked.content();
      if (asked.more()) return;
      const auto* known = find(session, asked.tag(), asked.type());
      if (known == nullptr)
        answer.mutable_error()->set_code(v1::ERROR_CODE_CREDENTIAL_MISSING);
      else
        answer.mutable_compared_credential()->set_same(*known == part);
      part.clear();
      return;
    }
    default: answer.mutable_error()->set_code(v1::ERROR_CODE_UNSUPPORTED_OPERATION);
  }
}

void fake_credentials::add(const std::string& session, std::string& part,
                           const v1::AddCredentialRequest& request, v1::Reply& answer) {
  part += request.content();
  if (request.more()) return;
  const bool durable = request.lifetime() == v1::CREDENTIAL_LIFETIME_DURABLE;
  const key where{durable ? std::string() : session, request.tag(), request.type()};
  const auto content = std::exchange(part, {});
  auto& error = *answer.mutable_error();
  if (!durable && session.empty()) return error.set_code(v1::ERROR_CODE_NOT_PERMITTED);
  if (content.find("bad") != std::string::npos) {
    error.set_detail("line 3: not base64");
    return error.set_code(v1::ERROR_CODE_CREDENTIAL_INVALID);
  }
  if (kept_.contains(where) && !request.replace())
    return error.set_code(v1::ERROR_CODE_CREDENTIAL_EXISTS);
  kept_[where] = content;
  *answer.mutable_added_credential()->mutable_added() =
      info_of(request.tag(), request.type(), durable, content);
}

void fake_credentials::get(const std::string& session, const v1::GetCredentialRequest& request,
                           v1::Reply& answer) {
  const auto* known = find(session, request.tag(), request.type());
  if (known == nullptr) {
    answer.mutable_error()->set_code(v1::ERROR_CODE_CREDENTIAL_MISSING);
  } else if (is_secret(request.type())) {
    answer.mutable_error()->set_code(v1::ERROR_CODE_CREDENTIAL_PROTECTED);
  } else {
    answer.mutable_credential()->set_size(static_cast<std::uint32_t>(known->size()));
    answer.mutable_credential()->set_content(known->substr(request.offset(), part_bytes));
  }
}

void fake_credentials::remove(const std::string& session,
                              const v1::DeleteCredentialRequest& request, v1::Reply& answer) {
  const bool durable = request.lifetime() == v1::CREDENTIAL_LIFETIME_DURABLE;
  const key where{durable ? std::string() : session, request.tag(), request.type()};
  if ((durable || !session.empty()) && kept_.erase(where) > 0) return;
  const bool operators = kept_.contains({"", request.tag(), request.type()});
  answer.mutable_error()->set_code(operators ? v1::ERROR_CODE_CREDENTIAL_PROTECTED
                                             : v1::ERROR_CODE_CREDENTIAL_MISSING);
}

void fake_credentials::list(const std::string& session, const v1::ListCredentialsRequest& request,
                            v1::Reply& answer) {
  auto& made = *answer.mutable_credentials();
  std::size_t seen = 0;
  for (const auto& [where, content] : kept_) {
    const auto& [whose, tag, type] = where;
    if (!whose.empty() && whose != session) continue;
    if (request.has_tag() && request.tag() != tag) continue;
    if (request.type() != v1::CREDENTIAL_TYPE_UNSPECIFIED && request.type() != type) continue;
    if (seen++ < request.skip()) continue;
    if (made.credentials_size() == page_entries) return made.set_more(true);
    *made.add_credentials() = info_of(tag, type, whose.empty(), content);
  }
}

}  // namespace cellsock::testing
