// Followers of logs: each line once, none missing, over joining late and coming back.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

std::string line(int second, const std::string& text, const std::string& service = "web") {
  return fmt::format(
      R"({{"at":"2027-01-15T08:00:{:02}.000000Z","service":"{}","instance":"{}","stream":"out","text":"{}"}})",
      second, service, service, text);
}

std::string item(std::initializer_list<std::string> lines) {
  std::string text = R"({"lines":[)";
  for (const auto& each : lines)
    text += (text.back() == '[' ? "" : ",") + each;
  return text + "]}";
}

struct LogFixture : ApiFixture {
  std::shared_ptr<FakeExchange> follow(const std::string& more = "", const std::string& id = "") {
    std::vector<Header> headers;
    if (!id.empty()) headers.push_back({"last-event-id", id});
    return ask("/api/v1/services/web/logs?follow=true" + more, headers);
  }
  // Up to here it is that reading which gives the lines of the stream.
  void joined(std::size_t stream, std::size_t reading) {
    upstream.item(stream,
                  fmt::format(R"({{"lines":[],"joined":{}}})", upstream.asked.at(reading).id));
  }
  // The texts of the lines that a follower got, in order.
  static std::string texts(const FakeExchange& exchange) {
    std::string all;
    const std::string body = exchange.body();
    for (std::size_t at = 0; (at = body.find(R"("text":")", at)) != std::string::npos;) {
      at += 8;
      all += body.substr(at, body.find('"', at) - at) + " ";
    }
    return all;
  }
  static std::string last_id(const FakeExchange& exchange) {
    const std::string body = exchange.body();
    const auto at = body.rfind("id: ");
    REQUIRE(at != std::string::npos);
    return body.substr(at + 4, body.find('\n', at) - at - 4);
  }
};

}  // namespace

TEST_CASE_FIXTURE(LogFixture, "the past comes first, then what is new, without a line twice") {
  const auto exchange = follow("&lines=2");
  REQUIRE(upstream.asked.size() == 2);
  CHECK(upstream.asked[1].params == R"({"targets":["web"],"follow":false,"joins":1,"lines":2})");
  upstream.item(0, item({line(1, "a"), line(2, "b")}));
  joined(0, 1);
  upstream.item(0, item({line(2, "b")}));  // another, of the same time and text
  upstream.item(1, item({line(1, "a"), line(2, "b")}));
  upstream.item(0, item({line(2, "c")}));
  upstream.answer(1, R"({"ended":true})");
  upstream.item(0, item({line(3, "d")}));
  CHECK(texts(*exchange) == "a b b c d ");
}

TEST_CASE_FIXTURE(LogFixture, "followers of the same share one stream") {
  const auto first = follow();
  joined(0, 1);
  const auto second = follow();
  upstream.answer(1, R"({"ended":true})");
  joined(0, 2);
  upstream.item(2, item({line(1, "a")}));
  upstream.answer(2, R"({"ended":true})");
  upstream.item(0, item({line(2, "b")}));
  CHECK(upstream.asked.size() == 3);
  CHECK(texts(*first) == "b ");
  CHECK(texts(*second) == "a b ");
  follow("&stream=err");
  CHECK(upstream.asked.size() == 5);
}

TEST_CASE_FIXTURE(LogFixture, "who comes back gets what was missed, and nothing twice") {
  const auto exchange = follow("&lines=0");
  joined(0, 1);
  upstream.answer(1, R"({"ended":true})");
  upstream.item(0, item({line(5, "a"), line(5, "b", "api"), line(6, "c")}));
  const std::string id = last_id(*exchange);
  upstream.refuse(0, "unavailable", "gone");
  CHECK_FALSE(exchange->open());

  const auto again = follow("&lines=0", id);
  joined(2, 3);
  REQUIRE(upstream.asked.size() == 4);
  CHECK(upstream.asked[3].params ==
        R"({"targets":["web"],"follow":false,"joins":3,"since":"2027-01-15T07:55:06.000000Z"})");
  // The quiet one printed late, with an older time than the newest line.
  upstream.item(3, item({line(5, "a"), line(5, "b", "api"), line(6, "x", "api"), line(6, "c"),
                         line(6, "d")}));
  upstream.item(2, item({line(7, "e")}));
  upstream.answer(3, R"({"ended":true})");
  CHECK(texts(*again) == "x d e ");
}

TEST_CASE_FIXTURE(LogFixture, "an id of somebody else begins anew") {
  follow("", "812");
  CHECK(upstream.asked.at(1).params == R"({"targets":["web"],"follow":false,"joins":1})");
}

TEST_CASE_FIXTURE(LogFixture, "without a past nothing old comes up") {
  wall = wall + std::chrono::seconds{5};
  const auto exchange = follow("&lines=0");
  // The stream begins a little before, so that nothing is missing.
  upstream.item(0, item({line(4, "old"), line(4, "older", "api")}));
  joined(0, 1);
  upstream.answer(1, R"({"ended":true})");
  upstream.item(0, item({line(6, "new")}));
  CHECK(texts(*exchange) == "new ");
}

TEST_CASE_FIXTURE(LogFixture, "what is said beside lines is passed on") {
  const auto exchange = follow();
  joined(0, 1);
  upstream.item(1, R"({"lines":[],"problems":["cannot read x"]})");
  upstream.answer(1, R"({"ended":true})");
  upstream.item(0, R"({"lines":[],"skipped_bytes":7})");
  CHECK(exchange->body().find("cannot read x") != std::string::npos);
  CHECK(exchange->body().find("skipped_bytes") != std::string::npos);
}

TEST_CASE_FIXTURE(LogFixture, "many that come at once read the past in turns") {
  std::vector<std::shared_ptr<FakeExchange>> followers;
  for (int i = 0; i < 200; ++i)
    followers.push_back(follow());
  CHECK(upstream.asked.size() == 1 + LogFeed::kReadings);
  for (std::size_t i = 1; i < upstream.asked.size(); ++i) {
    joined(0, i);
    upstream.answer(i, R"({"ended":true})");
  }
  CHECK(upstream.asked.size() == 201);
  upstream.item(0, item({line(3, "now")}));
  for (const auto& each : followers)
    CHECK(texts(*each) == "now ");
}

TEST_CASE_FIXTURE(LogFixture, "logs of nobody are not found") {
  const auto exchange = follow();
  upstream.refuse(0, "no_such_service", "no service named 'web'");
  CHECK(exchange->status() == 404);
}

TEST_CASE("a position survives being written, and only that") {
  LogPosition position{WallTime{std::chrono::seconds{100}}};
  CHECK(position.take({200'000'000, 1}, true));
  CHECK(position.take({200'000'000, 1}, true));
  CHECK(position.take({200'500'000, 2}, true));
  auto read = LogPosition::parse(position.text());
  REQUIRE(read);
  CHECK(read->text() == position.text());
  CHECK_FALSE(read->take({200'000'000, 1}, true));
  CHECK_FALSE(read->take({200'000'000, 1}, true));
  CHECK(read->take({200'000'000, 1}, true));
  CHECK_FALSE(read->take({99'000'000, 3}, true));
  CHECK(read->take({150'000'000, 3}, true));
  for (const char* text :
       {"", "812", "1.2", "1.2.3", "1.2.0.", "1.2.0.1-2", "1.2.0.1-2-x", "1.2.0.1--1-1",
        "1.ffffffffffffffff.0", "1.7fffffffffffffff.0", "1.2.0.fffffffff-1-1"})
    CHECK_MESSAGE(!LogPosition::parse(text), text);
  CHECK_FALSE(LogPosition::parse(std::string(LogPosition::kLongest + 1, '1')));
}

TEST_CASE("the pieces of a line count as one when it comes again") {
  LogPosition position{WallTime{std::chrono::seconds{100}}};
  CHECK(position.take({200'000'000, 1}, true));        // a prompt
  CHECK(position.take({200'500'000, 1, true}, true));  // its end
  CHECK(position.take({200'500'000, 1}, true));
  auto read = LogPosition::parse(position.text());
  REQUIRE(read);
  CHECK_FALSE(read->take({200'000'000, 1}, true));
  CHECK_FALSE(read->take({200'500'000, 1}, true));
  CHECK(read->take({200'500'000, 1}, true));
}

TEST_CASE("a position of very many streams stays short, and repeats nothing") {
  LogPosition position{WallTime{std::chrono::seconds{1}}};
  for (std::uint32_t i = 0; i < 5000; ++i)
    CHECK(position.take({1'000'000'000 + i, i * 7919}, true));
  const std::string text = position.text();
  CHECK(text.size() <= LogPosition::kLongest);
  auto read = LogPosition::parse(text);
  REQUIRE(read);
  int again = 0;
  for (std::uint32_t i = 0; i < 5000; ++i)
    again += read->take({1'000'000'000 + i, i * 7919}, true) ? 1 : 0;
  CHECK(again == 0);
  CHECK(read->take({1'000'100'000, 42}, true));
}
