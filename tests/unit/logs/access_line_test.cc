// Access logs as common servers and frameworks write them.
#include "logs/access_line.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "logs/interest.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

// "GET /users/<n> 503 1.5 s"; empty: none. What is parsed is always of interest.
std::string parsed(std::string_view line) {
  std::string storage;
  const auto entry = parse_access(line, storage);
  if (!entry) return "";
  CHECK(interest_of(line).request);
  std::string endpoint;
  endpoint_of(*entry, endpoint);
  return fmt::format("{} {} {}", endpoint, entry->status,
                     entry->took ? fmt::format("{} s", to_seconds(*entry->took)) : "-");
}

}  // namespace

TEST_CASE("the common and the combined format, with and without a time behind it") {
  const std::string common =
      R"(127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /users/17?x=1 HTTP/1.0" 503 2326)";
  const std::string combined = common + R"x( "https://x.org/a 1.5" "Mozilla/5.0 (X11; 9.9)")x";
  CHECK(parsed(common) == "GET /users/<n> 503 -");
  CHECK(parsed(combined) == "GET /users/<n> 503 -");
  CHECK(parsed(combined + " 1.500") == "GET /users/<n> 503 1.5 s");
  CHECK(parsed(combined + " rt=1.500 uct=\"0.001\" urt=\"0.2\"") == "GET /users/<n> 503 1.5 s");
  CHECK(parsed(combined + " request_time=0.250") == "GET /users/<n> 503 0.25 s");
  CHECK(parsed(combined + " 250ms") == "GET /users/<n> 503 0.25 s");
  // Milliseconds, microseconds, bytes: nobody knows.
  CHECK(parsed(combined + " 12345") == "GET /users/<n> 503 -");
  CHECK(parsed(R"(::1 - - [x] "POST /a HTTP/2.0" 200 0)") == "POST /a 200 -");
  CHECK(parsed(R"(::1 - - [x] "GET /a HTTP/2" 200 0)") == "GET /a 200 -");
}

TEST_CASE("uvicorn, gunicorn, werkzeug, Django and morgan") {
  CHECK(parsed(R"(INFO:     127.0.0.1:54321 - "GET /x/9 HTTP/1.1" 500 Internal Server Error)") ==
        "GET /x/<n> 500 -");
  CHECK(
      parsed(R"(127.0.0.1 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8")") ==
      "GET / 200 -");
  CHECK(parsed(R"(1.2.3.4 - - [x] "GET / HTTP/1.1" 200 5 "-" "curl/8" 2.004321)") ==
        "GET / 200 2.004321 s");
  CHECK(parsed(R"(127.0.0.1 - - [22/Nov/2026 10:00:00] "GET /a HTTP/1.1" 404 -)") ==
        "GET /a 404 -");
  CHECK(parsed(R"([22/Nov/2026 10:00:00] "GET /a HTTP/1.1" 500 145)") == "GET /a 500 -");
  CHECK(parsed("GET /a/1 500 12.5 ms - 17") == "GET /a/<n> 500 0.0125 s");
  CHECK(parsed("GET /a/1 200 17 - 2500 ms") == "GET /a/<n> 200 2.5 s");
  CHECK(parsed("\x1b[0mGET /a \x1b[31m500\x1b[0m 1.000 ms - 3\x1b[0m") == "GET /a 500 0.001 s");
}

TEST_CASE("JSON access lines, flat and nested") {
  CHECK(
      parsed(
          R"({"time":"x","request_method":"GET","request_uri":"/a/1?b","status":502,"request_time":1.5})") ==
      "GET /a/<n> 502 1.5 s");
  CHECK(parsed(R"({"request":"PUT /a HTTP/1.1","status":"200","request_time":"0.003"})") ==
        "PUT /a 200 0.003 s");
  CHECK(
      parsed(
          R"({"level":"info","request":{"method":"GET","uri":"/c","headers":{"A":["b"]}},"duration":0.002,"status":200})") ==
      "GET /c 200 0.002 s");
  CHECK(
      parsed(
          R"({"level":30,"req":{"method":"GET","url":"/p"},"res":{"statusCode":500},"responseTime":1200,"msg":"m"})") ==
      "GET /p 500 1.2 s");
  CHECK(
      parsed(
          R"({"RequestMethod":"GET","RequestPath":"/t","DownstreamStatus":504,"Duration":3000000000})") ==
      "GET /t 504 3 s");
  CHECK(
      parsed(
          R"({"httpRequest":{"requestMethod":"GET","requestUrl":"https://x.org/g/1","status":200,"latency":"0.5s"}})") ==
      "GET /g/<n> 200 0.5 s");
  CHECK(parsed(R"({"path":"\/esc\/1","status":200,"duration_ms":7})") == "/esc/<n> 200 0.007 s");
}

TEST_CASE("what only looks like a request is none") {
  for (const std::string_view line :
       {"", "GET", "GET /a", "GET /a 200", "started HTTP/1.1 server", R"("GET / HTTP/1.1")",
        R"("GET / HTTP/1.1" 2000)", R"("GET / HTTP/1.1" 99)", R"("get / HTTP/1.1" 200)",
        R"(a "quote" and HTTP/1.1" 200)", R"("GET / HTTP/1.1111111111" 200)", R"({"status":200})",
        R"({"path":"/a","status":"ok"})", R"({"path":"/a","status":20000})",
        R"({"path":"a","status":200})",
        R"({"path":"/a","status":200)"
        "\"",
        "HTTP/", "\"HTTP/"})
    CHECK(parsed(line).empty());
}

TEST_CASE("times that cannot be are left out") {
  const std::string line = R"(- "GET / HTTP/1.1" 200 )";
  for (const std::string_view took :
       {"-1.5", "1e300", "nan", "99999999.5", "1.5x", "rt=-", "rt=", "="})
    CHECK(parsed(line + std::string{took}) == "GET / 200 -");
}
