#include "checks/gateway_protocol.h"

#include <doctest/doctest.h>

#include <string>

using namespace mainstay;
using namespace mainstay::checks;

namespace {

HttpRequest every_field() {
  HttpRequest request;
  request.url = "https://web.example.org:8443/health?full=1";
  request.method = "POST";
  request.headers = {{"Authorization", "Bearer x"}, {"X-Empty", ""}};
  request.status = {{200, 299}, {404, 404}};
  request.body = "^ok$";
  request.insecure = true;
  request.timeout = std::chrono::milliseconds{250};
  return request;
}

HttpOutcome failed(std::string message) {
  HttpOutcome outcome;
  outcome.verdict = HttpVerdict::Failed;
  outcome.message = std::move(message);
  outcome.status = 500;
  outcome.name_lookup = std::chrono::microseconds{3};
  outcome.connect = std::chrono::microseconds{40};
  outcome.total = std::chrono::milliseconds{2};
  return outcome;
}

// The one frame of `bytes`, without its length.
std::string frame_of(const std::string& bytes) {
  FrameReader reader{kMaxToGateway};
  reader.add(bytes);
  const auto frame = reader.next();
  REQUIRE(frame);
  const std::string copy{*frame};
  CHECK_FALSE(reader.next());
  return copy;
}

GatewayMessage again(const GatewayMessage& message) {
  auto decoded = decode_frame(frame_of(encode_frame(message)));
  REQUIRE(decoded.ok());
  return *decoded;
}

std::string message_after(std::string message) {
  return std::get<AnsweredHttp>(again(AnsweredHttp{1, failed(std::move(message))})).outcome.message;
}

HttpRequest with_header(std::string name, std::string value) {
  HttpRequest request = every_field();
  request.headers = {{std::move(name), std::move(value)}};
  return request;
}

}  // namespace

TEST_CASE("Every message is read as it was written") {
  for (const GatewayMessage& message :
       {GatewayMessage{GatewayHello{7}}, GatewayMessage{AskHttp{UINT64_MAX, every_field()}},
        GatewayMessage{CancelHttp{42}},
        GatewayMessage{AnsweredHttp{43, failed("status 500 (expected 200-399)")}},
        GatewayMessage{SetUpWeb{std::string(kMaxWebSetup, 'x')}},
        GatewayMessage{GatewayNotice{"the key does not belong to the certificate"}}}) {
    CHECK(again(message) == message);
  }
}

TEST_CASE("A message that is cut anywhere, or goes on, is none") {
  for (const GatewayMessage& message :
       {GatewayMessage{AskHttp{1, every_field()}}, GatewayMessage{AnsweredHttp{1, failed("x")}},
        GatewayMessage{CancelHttp{1}}, GatewayMessage{GatewayHello{}},
        GatewayMessage{SetUpWeb{"{}"}}, GatewayMessage{GatewayNotice{"x"}}}) {
    const std::string whole = frame_of(encode_frame(message));
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(decode_frame(whole.substr(0, size)).ok());
    CHECK_FALSE(decode_frame(whole + "x").ok());
  }
}

TEST_CASE("What an outcome says is one short line that commands no terminal") {
  CHECK(message_after("a\nb\x1b[2J\xff") == "a b\\x1b[2J\xef\xbf\xbd");
  CHECK(message_after(std::string(100'000, 'x')).size() == kMaxOutcomeText);
}

TEST_CASE("What the gateway has to say is one short line, and a setup has a limit") {
  const auto notice = again(GatewayNotice{"a\nb\x1b[2J" + std::string(1000, 'x')});
  const std::string text = std::get<GatewayNotice>(notice).text;
  CHECK(text.starts_with("a b\\x1b[2Jxxx"));
  CHECK(text.size() < kMaxNoticeText + 10);
  std::string frame = encode_frame(SetUpWeb{std::string(kMaxWebSetup + 1, 'x')}).substr(4);
  CHECK_FALSE(decode_frame(frame).ok());
}

TEST_CASE("A request that cannot be asked says why, and is not read either") {
  std::vector<std::pair<HttpRequest, std::string>> bad;
  const auto add = [&](const std::string& why, auto change) {
    HttpRequest request = every_field();
    change(request);
    bad.emplace_back(std::move(request), why);
  };
  add("URL", [](HttpRequest& r) { r.url = ""; });
  add("URL", [](HttpRequest& r) { r.url = "http://a/\r\nX: y"; });
  add("URL", [](HttpRequest& r) { r.url = std::string(kMaxUrl + 1, 'x'); });
  add("'get' is not an HTTP method", [](HttpRequest& r) { r.method = "get"; });
  add("'' is not an HTTP method", [](HttpRequest& r) { r.method = ""; });
  add("status", [](HttpRequest& r) { r.status = {}; });
  add("status", [](HttpRequest& r) { r.status = {{99, 200}}; });
  add("status", [](HttpRequest& r) { r.status.assign(1000, {200, 200}); });
  add("pattern", [](HttpRequest& r) { r.body = std::string(2000, 'x'); });
  add("timeout", [](HttpRequest& r) { r.timeout = Duration{0}; });
  add("timeout", [](HttpRequest& r) { r.timeout = std::chrono::hours{25}; });
  add("more than 100 headers", [](HttpRequest& r) {
    for (int i = 0; i < 101; ++i)
      r.headers["X-" + std::to_string(i)] = "";
  });
  add("longer than 128K", [](HttpRequest& r) { r.headers["X"] = std::string(200'000, 'x'); });
  bad.emplace_back(with_header("", "x"), "'' is not the name of a header");
  bad.emplace_back(with_header("A: b", "x"), "'A: b' is not the name of a header");
  bad.emplace_back(with_header("A\n", "x"), "is not the name of a header");
  bad.emplace_back(with_header("A", "secret\r\nB: c"), "the value of header A holds a line break");
  bad.emplace_back(with_header("A", std::string{"secret\0", 7}), "line break");
  for (const auto& [request, why] : bad) {
    const std::string problem = problem_of(request);
    CAPTURE(problem);
    CHECK(problem.find(why) != std::string::npos);
    CHECK(problem.find("secret") == std::string::npos);
    CHECK_FALSE(decode_frame(frame_of(encode_frame(AskHttp{1, request}))).ok());
  }
  CHECK(problem_of(every_field()) == "");
}

TEST_CASE("Frames come out of any pieces, and one that is too long ends it") {
  std::string bytes;
  for (std::uint64_t token = 0; token < 10; ++token)
    bytes += encode_frame(CancelHttp{token});
  for (const std::size_t piece : {1U, 3U, 13U, 1000U}) {
    FrameReader reader{kMaxFromGateway};
    std::uint64_t token = 0;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.add(std::string_view{bytes}.substr(at, piece));
      while (const auto frame = reader.next())
        CHECK(std::get<CancelHttp>(*decode_frame(*frame)).token == token++);
    }
    CHECK(token == 10);
    CHECK_FALSE(reader.broken());
  }
  for (const char* length : {"\x01\x10\0\0", "\xff\xff\xff\xff", "\0\0\0\0"}) {
    FrameReader reader{kMaxFromGateway};
    reader.add({length, 4});
    CHECK_FALSE(reader.next());
    CHECK(reader.broken());
  }
}
