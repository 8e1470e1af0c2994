// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

extern "C" {
#include "client_lib/examples/http_reply.h"
#include "client_lib/examples/http_url.h"
}

namespace {

struct fetched {
  std::string body;
  int status;
  bool complete;
  std::string why;
};

/// The reply fed in pieces of `step` bytes, then the connection's end.
fetched fetch(const std::string& bytes, std::size_t step) {
  std::string body;
  http_reply reply;
  http_reply_begin(
      &reply,
      [](void* context, const void* piece, size_t count) {
        static_cast<std::string*>(context)->append(static_cast<const char*>(piece), count);
        return 0;
      },
      &body);
  for (std::size_t at = 0; at < bytes.size() && reply.state != HTTP_DONE; at += step) {
    const auto piece = bytes.substr(at, step);
    if (http_reply_feed(&reply, piece.data(), piece.size()) < 0) break;
  }
  const bool complete = http_reply_end(&reply) == 0;
  return {body, reply.status, complete, complete ? "" : reply.why};
}

TEST_CASE("an HTTP reply does not depend on how it was cut") {
  struct row {
    const char* what;
    std::string bytes;
    int status;
    std::string body;
    bool complete;
  };
  const row rows[] = {
      {"counted", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
      {"counted, more follows", "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhelloHTTP", 200,
       "hello", true},
      {"until close", "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello", 200, "hello", true},
      {"bare newlines", "HTTP/1.0 404 Not Found\nContent-Length: 2\n\nno", 404, "no", true},
      {"chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
       "chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
       200, "abc0123456789", true},
      {"empty", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
      {"continue first",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x",
       true},
      {"cut body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 200, "hel", false},
      {"cut head", "HTTP/1.1 200 OK\r\nConte", 200, "", false},
      {"cut chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 200, "ab",
       false},
      {"bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200, "",
       false},
      {"chunk too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 200,
       "a", false},
      {"bad length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", 200, "", false},
      {"not HTTP", "SSH-2.0-OpenSSH\r\n", 0, "", false},
      {"endless line", "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x'), 200, "", false},
  };
  for (const auto& row : rows)
    for (const std::size_t step : {1u, 2u, 3u, 7u, 10000u}) {
      CAPTURE(row.what);
      CAPTURE(step);
      const auto got = fetch(row.bytes, step);
      CHECK(got.status == row.status);
      CHECK(got.body == row.body);
      CHECK(got.complete == row.complete);
      CHECK(got.why.empty() == row.complete);
    }
}

TEST_CASE("URLs") {
  struct row {
    const char* text;
    const char* host;
    const char* port;
    const char* path;
  };
  for (const auto& [text, host, port, path] :
       {row{"http://a.example", "a.example", "80", "/"}, row{"http://a:81", "a", "81", "/"},
        row{"http://a:81/x?y=z", "a", "81", "/x?y=z"}, row{"http://a?q", "a", "80", "/?q"},
        row{"http://a/b#part", "a", "80", "/b"},
        row{"http://[2001:db8::1]", "[2001:db8::1]", "80", "/"},
        row{"http://[::1]:8080/x", "[::1]", "8080", "/x"}}) {
    http_url url;
    const char* why = nullptr;
    CAPTURE(text);
    REQUIRE(http_url_parse(text, &url, &why) == 0);
    CHECK(std::string(url.host) == host);
    CHECK(std::string(url.port) == port);
    CHECK(std::string(url.path) == path);
  }
  const std::string long_host = "http://" + std::string(300, 'a') + "/";
  const std::string long_path = "http://a/" + std::string(2000, 'a');
  for (const char* text :
       {"https://a/", "a.example", "http://", "http://:80/", "http://a:0/", "http://a:65536/",
        "http://a:8x/", "http://a:/", "http://u@a/", "http://a/b c", "http://[::1/",
        "http://[::1]x/", "http://[::1]x:80/", long_host.c_str(), long_path.c_str()}) {
    http_url url;
    const char* why = nullptr;
    CAPTURE(text);
    CHECK(http_url_parse(text, &url, &why) == -1);
    CHECK(why != nullptr);
  }
}

}  // namespace
