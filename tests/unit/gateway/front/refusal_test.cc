// What the front refuses: the forms by which one request is smuggled inside another, headers that
// are injected, and paths that climb.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "unit/gateway/front/reading.h"

namespace mainstay::gateway::testing {
namespace {

using namespace std::string_literals;

struct Form {
  int status;
  std::string bytes;
};

std::string with(std::string_view headers, std::string_view body = "") {
  return fmt::format("POST /a HTTP/1.1\r\nHost: h\r\n{}\r\n{}", headers, body);
}

void check(const std::vector<Form>& forms) {
  for (const Form& form : forms) {
    CAPTURE(form.bytes);
    const Read read = read_all(form.bytes);
    CHECK(read.requests.empty());
    CHECK(read.status() == form.status);
    if (read.refusal) {
      CHECK_FALSE(read.refusal->message.empty());
      CHECK_FALSE(read.refusal->code.empty());
    }
    CHECK(same(read, read_in_pieces(form.bytes, [] { return std::size_t{1}; })));
  }
}

TEST_CASE("lengths that two readers could understand in two ways are refused") {
  check({
      {501, with("Transfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {501, with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {501, with("Transfer-Encoding: identity\r\n")},
      {501, with("Transfer-Encoding:\tchunked\r\n")},
      {501, with("TRANSFER-ENCODING: xchunked\r\n")},
      {501, with("Transfer-Encoding:\r\n")},
      {400, with("Transfer-Encoding : chunked\r\n")},
      {400, with("Transfer-Encoding\t: chunked\r\n")},
      {400, with(" Transfer-Encoding: chunked\r\n")},
      {400, with("X: y\r\n Transfer-Encoding: chunked\r\n")},
      {400, with("X: y\r\n\tfolded\r\n")},
      {400, with("\"Transfer-Encoding\": chunked\r\n")},
      {400, with("Content-Length: 1\r\nContent-Length: 1\r\n", "a")},
      {400, with("Content-Length: 1\r\nContent-Length: 2\r\n", "ab")},
      {400, with("Content-Length: 1, 1\r\n", "a")},
      {400, with("Content-Length: +1\r\n", "a")},
      {400, with("Content-Length: -1\r\n", "a")},
      {400, with("Content-Length: 0x1\r\n", "a")},
      {400, with("Content-Length: 1 1\r\n", "a")},
      {400, with("Content-Length: 1.0\r\n", "a")},
      {400, with("Content-Length:\r\n")},
      {400, with("Content-Length : 1\r\n", "a")},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"},
      {400, "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"},
      {415, with("Content-Encoding: gzip\r\nContent-Length: 3\r\n", "\x1f\x8b\x08")},
      {415, with("Content-Encoding: identity\r\n")},
  });
}

TEST_CASE("line ends are CR LF, and nothing else is one") {
  check({
      {400, "GET / HTTP/1.1\nHost: h\n\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\n\n"},
      {400, with("X: a\rb\r\n")},
      {400, with("X: a\r\r\n")},
      {400, with("X: a\r\n\r\r\n")},
      {400, with("X: a\nTransfer-Encoding: chunked\r\n")},
      {400, "GET /\rHTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, with("X: a\0b\r\n"s)},
      {400, with("X: a\x7f"s + "b\r\n")},
      {400, with("X: \x1b[31m\r\n")},
      {400, "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s},
      {400, with("X\0: a\r\n"s)},
      {400, with("no colon\r\n")},
      {400, with(": no name\r\n")},
      {400, with("X(: a\r\n")},
      {400, with("\xc3\xa4: a\r\n")},
  });
}

TEST_CASE("a request line is a method, a path and a version, one space apart") {
  check({
      {400, "GET /\r\nHost: h\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET /  HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"},
      {400, " GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / b HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / http/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/1.2\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/2\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/1.10\r\nHost: h\r\n\r\n"},
      {400, "G{}T / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {501, "get / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {501, "PROPFIND / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {405, "PUT / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {405, "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {405, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"},
      {405, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET h/ HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET * HTTP/1.1\r\nHost: h\r\n\r\n"},
  });
}

TEST_CASE("targets that climb, hide line ends or cannot be decoded are refused") {
  std::vector<Form> forms;
  for (const std::string target :
       {"/..",         "/../etc/passwd", "/a/../b",   "/a/..",     "/%2e%2e/b", "/.%2E/b",
        "/a%2f..%2fb", "/a/..%5cb",      "/a\\..\\b", "/%5c..%5c", "/a%0d%0ab", "/?a=%0D",
        "/?a=%0a",     "/?a=%00",        "/%00",      "/a%0",      "/a%",       "/?a=%zz",
        "/%u002e",     "/a#b",           "/a%1bb",    "/a%7f",     "/\xc3\xa4", "/a\x01"})
    forms.push_back({400, "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"});
  check(forms);
}

TEST_CASE("targets that only look like that are served") {
  for (const std::string target :
       {"/", "//", "/a..b", "/...", "/..a/", "/a?x=../..", "/a?x=%2e%2e%2f", "/%2e",
        "/a%20b?c=%C3%A4", "/?grep=\\d+|{2}", "/a?b?c", "/%250a"}) {
    CAPTURE(target);
    CHECK(read_all("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n").requests.size() == 1);
  }
}

TEST_CASE("headers that decide who is asked for what are there once, and make sense") {
  check({
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {400, with("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n")},
      {400, with("Cookie: a=b\r\nCookie: a=c\r\n")},
      {400, with("Origin: http://a\r\nOrigin: http://b\r\n")},
      {400, with("X-CSRF-Token: a\r\nx-csrf-token: b\r\n")},
      {400, with("Content-Type: a/b\r\nContent-Type: c/d\r\n")},
      {400, with("REMOTE_ADDR: 127.0.0.1\r\n")},
      {400, with("Remote_Port: 1\r\n")},
      {400, with("LOCAL_ADDR: 127.0.0.1\r\n")},
      {400, with("X: a%0d%0aSet-Cookie:%20b\r\n")},
      {400, with("X: a%0Ab\r\n")},
      {400, with("Authorization: %00\r\n")},
  });
  CHECK(read_all("GET / HTTP/1.0\r\n\r\n").requests.size() == 1);
  CHECK(read_all("GET / HTTP/1.1\r\nHost: [::1]:9615\r\n\r\n").requests.size() == 1);
  // Cookies of whatever else is served from the same host come along.
  CHECK(read_all(with("Cookie: other=%0d%0a\r\n")).requests.size() == 1);
}

TEST_CASE("of ranges there is one at most, and it is one") {
  check({
      {416, with("Range: bytes=0-1,2-3\r\n")},
      {416, with("Range: bytes=0-0, -1\r\n")},
      {416, with("Range: bytes=-\r\n")},
      {416, with("Range: bytes=a-b\r\n")},
      {416, with("Range: lines=0-1\r\n")},
      {416, with("Range: bytes=9999999999999999999999-\r\n")},
      {416, with("Range: bytes=" + std::string(4000, '0') + "-\r\n")},
      {400, with("Range: bytes=0-1\r\nRange: bytes=2-3\r\n")},
  });
  for (const std::string range : {"0-", "0-99", "-5"})
    CHECK(read_all(with("Range: bytes=" + range + "\r\n")).requests.size() == 1);
}

TEST_CASE("a refusal is told in one whole response, as JSON") {
  CHECK(refusal_answer({413, "too_large", "a \"body\""}) ==
        "HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nContent-Length: 54\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        "{\"error\":{\"code\":\"too_large\",\"message\":\"a \\\"body\\\"\"}}\n");
  const std::string busy = refusal_answer({503, "busy", "m", std::chrono::seconds{7}}, true);
  CHECK(busy.find("\r\nRetry-After: 7\r\n") != std::string::npos);
  CHECK(busy.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace mainstay::gateway::testing
