#include "gateway/front/request_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/gateway/front/reading.h"

namespace mainstay::gateway::testing {
namespace {

const std::string kGetWithQuery = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n";

std::string get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target);
}

std::string post(std::string_view headers, std::string_view body) {
  return fmt::format("POST /a HTTP/1.1\r\nHost: h\r\n{}\r\n{}", headers, body);
}

TEST_CASE("a request is read: its line, its headers in lower case, its head as it was sent") {
  const Read read = read_all(kGetWithQuery);
  REQUIRE(read.requests.size() == 1);
  const WebRequest& request = read.requests.front();
  CHECK(request.method == "GET");
  CHECK(request.target == "/a?b=c");
  CHECK(request.header("host") == "h");
  CHECK(request.header("accept") == "*/*");
  CHECK(request.head == kGetWithQuery);
  CHECK(request.body.empty());
  CHECK_FALSE(read.partial);
}

TEST_CASE("spaces around a value are not of it, those inside are") {
  const Read read = read_all("GET / HTTP/1.1\r\nHost:h\r\nX: \t a  b \t\r\nY:\r\n\r\n");
  REQUIRE(read.requests.size() == 1);
  CHECK(read.requests.front().header("x") == "a  b");
  CHECK(read.requests.front().headers.back() == Header{"y", ""});
}

TEST_CASE("requests follow one another, with bodies of every size") {
  const std::string bytes = post("Content-Length: 0\r\n", "") +
                            post("Content-Length: 3\r\n", "abc") + post("", "") + kGetWithQuery;
  const Read read = read_all(bytes);
  REQUIRE(read.requests.size() == 4);
  CHECK(read.requests[1].body == "abc");
  CHECK(read.requests[2].body.empty());
  CHECK(read.requests[3].target == "/a?b=c");
}

TEST_CASE("one empty line before a request is skipped, not two") {
  const Read one = read_all("\r\n" + kGetWithQuery);
  REQUIRE(one.requests.size() == 1);
  CHECK(one.requests.front().head == kGetWithQuery);
  CHECK(read_all("\r\n\r\n" + kGetWithQuery).status() == 400);
  CHECK_FALSE(read_all("\r\n").partial);  // what some send after a body is no request
}

TEST_CASE("a body has exactly as many bytes as were announced, whatever they are") {
  const std::string body = "GET / HTTP/1.1\r\n\r\n";
  const Read read = read_all(post(fmt::format("Content-Length: {}\r\n", body.size()), body));
  REQUIRE(read.requests.size() == 1);
  CHECK(read.requests.front().body == body);
  CHECK(read_all(post("Content-Length: 4\r\n", "abc")).partial);
}

TEST_CASE("whether a client wants to ask more is read from its version and its wish") {
  const auto keeps = [](std::string_view version, std::string_view header) {
    RequestReader reader{{}};
    reader.take(fmt::format("GET / HTTP/{}\r\nHost: h\r\n{}\r\n", version, header));
    REQUIRE(reader.complete());
    return reader.keep_alive();
  };
  CHECK(keeps("1.1", ""));
  CHECK(keeps("1.1", "Connection: keep-alive\r\n"));
  CHECK_FALSE(keeps("1.1", "Connection: x, Close\r\n"));
  CHECK_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  CHECK_FALSE(keeps("1.0", ""));
  CHECK(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

TEST_CASE("who waits for a word before its body is told of once, and Expect goes no further") {
  RequestReader reader{{}};
  reader.take(post("Content-Length: 2\r\nExpect: 100-Continue\r\nX: y\r\n", ""));
  CHECK(reader.take_awaits_go());
  CHECK_FALSE(reader.take_awaits_go());
  reader.take("ab");
  REQUIRE(reader.complete());
  const WebRequest request = reader.finish();
  CHECK(request.head == post("Content-Length: 2\r\nX: y\r\n", ""));
  CHECK(request.header("expect").empty());
  CHECK(request.header("x") == "y");
  SUBCASE("nobody waits when the body is there already, or when there is none") {
    reader.take(post("Content-Length: 2\r\nExpect: 100-continue\r\n", "a"));
    CHECK_FALSE(reader.take_awaits_go());
    RequestReader other{{}};
    other.take(post("Content-Length: 0\r\nExpect: 100-continue\r\n", ""));
    CHECK(other.complete());
    CHECK_FALSE(other.take_awaits_go());
  }
  SUBCASE("other expectations are not met") {
    CHECK(read_all(post("Expect: a-raise\r\n", "")).status() == 417);
  }
}

TEST_CASE("a path may have 1 KiB, a request line and a header 8 KiB, a head 16 KiB, all exactly") {
  const auto path = [](std::size_t size) { return "/" + std::string(size - 1, 'p'); };
  CHECK(read_all(get(path(1024))).requests.size() == 1);
  CHECK(read_all(get(path(1025))).status() == 414);
  CHECK(read_all(get(path(8000))).status() == 414);

  const auto query = [](std::size_t line) {
    return get("/?" + std::string(line - std::string_view{"GET /? HTTP/1.1\r\n"}.size(), 'q'));
  };
  CHECK(read_all(query(8192)).requests.size() == 1);
  CHECK(read_all(query(8193)).status() == 414);

  const auto header = [](std::size_t line) {
    return post("X: " + std::string(line - 5, 'x') + "\r\n", "");
  };
  CHECK(read_all(header(8192)).requests.size() == 1);
  CHECK(read_all(header(8193)).status() == 431);

  const auto head = [&](std::size_t size) {
    const std::string all = post("A: " + std::string(8000, 'a') + "\r\nB: \r\n", "");
    return post(
        "A: " + std::string(8000, 'a') + "\r\nB: " + std::string(size - all.size(), 'b') + "\r\n",
        "");
  };
  CHECK(head(16384).size() == 16384);
  CHECK(read_all(head(16384 - 200)).requests.size() == 1);
  const auto long_head = [](std::size_t size) {
    std::string out = "GET / HTTP/1.1\r\nHost: h\r\n";
    while (size - out.size() - 2 > 8000)
      out += "X: " + std::string(3995, 'x') + "\r\n";
    return out + "Y: " + std::string(size - out.size() - 7, 'y') + "\r\n\r\n";
  };
  REQUIRE(long_head(16384).size() == 16384);
  CHECK(read_all(long_head(16384)).requests.size() == 1);
  CHECK(read_all(long_head(16385)).status() == 431);
}

TEST_CASE("a request may have 100 headers and a body of 1 MiB, exactly") {
  const auto with_headers = [](std::size_t count) {
    std::string out = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (std::size_t i = 1; i < count; ++i)
      out += fmt::format("X-{}: y\r\n", i);
    return out + "\r\n";
  };
  CHECK(read_all(with_headers(100)).requests.size() == 1);
  CHECK(read_all(with_headers(101)).status() == 431);

  const auto with_body = [](std::size_t size) {
    return post(fmt::format("Content-Length: {}\r\n", size), std::string(size, 'b'));
  };
  CHECK(read_all(with_body(1 << 20)).requests.size() == 1);
  CHECK(read_all(with_body((1 << 20) + 1)).status() == 413);
  CHECK(read_all(post("Content-Length: 99999999999999999999999\r\n", "")).status() == 413);
}

TEST_CASE("what never ends is refused as soon as it is too long, and held only so far") {
  const std::string endless(64 * 1024, 'a');
  CHECK(read_all("GET /" + endless).status() == 414);
  CHECK(read_all("GET / HTTP/1.1\r\nA: " + endless).status() == 431);
  RequestReader reader{{}};
  reader.take("GET / HTTP/1.1\r\nA: ");
  std::size_t most = 0;
  while (!reader.refusal()) {
    reader.take(std::string_view{endless}.substr(0, 100));
    most = std::max(most, reader.held());
  }
  CHECK(most < 32 * 1024);
  CHECK(reader.held() < 100);
}

TEST_CASE("the first byte tells what is not HTTP at all") {
  CHECK(read_all("\x16\x03\x01").refusal->message ==
        "this port speaks http, not https: begin the address with http://");
  CHECK(read_all(std::string_view{"\0", 1}).refusal->message == "this is not HTTP");
  CHECK(read_all("{\"jsonrpc\"").status() == 400);
  CHECK(read_all("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status() == 505);
}

TEST_CASE("byte by byte is as all at once") {
  for (const std::string& bytes :
       {kGetWithQuery, kGetWithQuery + post("Content-Length: 3\r\n", "abc") + kGetWithQuery,
        "\r\n" + kGetWithQuery, post("Expect: 100-continue\r\nContent-Length: 1\r\n", "x"),
        kGetWithQuery + "GET /../ HTTP/1.1\r\n", "GET /" + std::string(9000, 'x'),
        kGetWithQuery + post("Content-Length: 3\r\n", "a"),
        post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n")}) {
    CAPTURE(bytes.substr(0, 100));
    const Read whole = read_all(bytes);
    for (const std::size_t size : {1U, 2U, 3U, 7U, 100U})
      CHECK(same(whole, read_in_pieces(bytes, [size] { return size; })));
  }
}

}  // namespace
}  // namespace mainstay::gateway::testing
