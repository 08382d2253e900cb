// What is followed: what each follower gets, in which order, and that it comes once.
#include <doctest/doctest.h>

#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

struct StreamFixture : ApiFixture {
  // The number of the latest call of that method, from 0.
  std::size_t last(const std::string& method) const {
    for (std::size_t i = upstream.asked.size(); i-- > 0;) {
      if (upstream.asked[i].method == method) return i;
    }
    FAIL("nobody asked for " << method);
    return 0;
  }
  std::size_t count(const std::string& method) const {
    std::size_t n = 0;
    for (const auto& each : upstream.asked)
      n += each.method == method ? 1 : 0;
    return n;
  }
  static std::string event(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"kind":"action"})";
  }
  static std::string events(std::initializer_list<int> ids, int next) {
    std::string text = R"({"events":[)";
    for (const int id : ids)
      text += (text.back() == '[' ? "" : ",") + event(id);
    return text + R"(],"next":)" + std::to_string(next) + "}";
  }
  static std::string items(std::initializer_list<int> ids) {
    std::string text = events(ids, 0);
    return text.substr(0, text.find(R"(,"next")")) + "}";
  }
  // The frames after the head and the first retry.
  static std::string frames(const FakeExchange& exchange) {
    const std::string body = exchange.body();
    const std::string begin = "retry: 500\n\n";
    REQUIRE(body.starts_with(begin));
    return body.substr(begin.size());
  }
  static std::string frame(int id) {
    return "id: " + std::to_string(id) + "\ndata: " + event(id) + "\n\n";
  }
};

}  // namespace

TEST_CASE_FIXTURE(StreamFixture, "who follows the services shares a stream and begins with all") {
  const auto first = ask("/api/v1/services?follow=true");
  REQUIRE(upstream.asked.size() == 1);
  CHECK(upstream.asked[0].method == "services.follow");
  upstream.item(0, R"({"snapshot":true,"services":[{"name":"a","pid":1},{"name":"b","pid":2}],)"
                   R"("removed":[],"at":"t1"})");
  upstream.item(
      0, R"({"services":[{"name":"b","pid":3},{"name":"c","pid":4}],"removed":["a"],"at":"t2"})");
  CHECK(first->header("Content-Type") == "text/event-stream");
  CHECK(frames(*first).find("event: services\ndata: {\"services\":[{\"name\":\"b\",\"pid\":3}") !=
        std::string::npos);
  const auto second = ask("/api/v1/services?follow=true");
  CHECK(upstream.asked.size() == 1);
  CHECK(frames(*second) ==
        "event: services\ndata: {\"services\":[{\"name\":\"b\",\"pid\":3},{\"name\":\"c\",\"pid\":"
        "4}],\"removed\":[],\"snapshot\":true,\"at\":\"t2\"}\n\n");
}

TEST_CASE_FIXTURE(StreamFixture, "what cannot be followed is an error and no stream") {
  const auto exchange = ask("/api/v1/services?follow=true&targets=nobody");
  upstream.refuse(0, "no_such_service", "no service named 'nobody'");
  CHECK(exchange->status() == 404);
  CHECK_FALSE(exchange->streams);
}

TEST_CASE_FIXTURE(StreamFixture, "a stream ends in order when the controller is gone") {
  const auto exchange = ask("/api/v1/services?follow=true");
  upstream.item(0, R"({"snapshot":true,"services":[],"removed":[],"at":"t"})");
  upstream.refuse(0, "unavailable", "gone");
  CHECK_FALSE(exchange->open());
  CHECK(exchange->body().ends_with("\n\n"));
  ask("/api/v1/services?follow=true");
  CHECK(upstream.asked.size() == 2);
}

TEST_CASE_FIXTURE(StreamFixture, "the last follower takes the stream along") {
  const auto exchange = ask("/api/v1/services?follow=true");
  exchange->go();
  loop.run_once(true);
  CHECK(upstream.asked[0].cancelled);
}

TEST_CASE_FIXTURE(StreamFixture, "events come once, in order, from where one left off") {
  const auto exchange = ask("/api/v1/events?follow=true", {{"last-event-id", "4"}});
  CHECK(upstream.asked.at(last("events.list")).params == R"({"from":5,"limit":200})");
  // The stream is ahead of the list: 7 comes on both ways.
  upstream.item(last("events.follow"), items({7}));
  upstream.answer(last("events.list"), events({5, 6, 7}, 8));
  upstream.item(last("events.follow"), items({8}));
  CHECK(frames(*exchange) == frame(5) + frame(6) + frame(7) + frame(8));
}

TEST_CASE_FIXTURE(StreamFixture, "what came while the list was read is not lost") {
  const auto exchange = ask("/api/v1/events?follow=true", {{"last-event-id", "4"}});
  upstream.item(last("events.follow"), items({6, 7}));
  upstream.answer(last("events.list"), events({5}, 6));
  CHECK(frames(*exchange) == frame(5) + frame(6) + frame(7));
}

TEST_CASE_FIXTURE(StreamFixture, "without a number events begin now") {
  const auto exchange = ask("/api/v1/events?follow=true");
  CHECK(upstream.asked.at(last("events.list")).params == R"({"limit":1})");
  upstream.answer(last("events.list"), events({9}, 10));
  upstream.item(last("events.follow"), items({10}));
  CHECK(frames(*exchange) == frame(10));
}

TEST_CASE_FIXTURE(StreamFixture, "who is far behind reads page after page") {
  const auto exchange = ask("/api/v1/events?follow=true&from=1");
  std::string page = R"({"events":[)";
  for (int id = 1; id <= 200; ++id)
    page += (id == 1 ? "" : ",") + event(id);
  upstream.answer(last("events.list"), page + R"(],"next":201})");
  CHECK(upstream.asked.at(last("events.list")).params == R"({"from":201,"limit":200})");
  upstream.answer(last("events.list"), events({201}, 202));
  CHECK(frames(*exchange).ends_with(frame(200) + frame(201)));
  CHECK(count("events.list") == 2);
}

TEST_CASE_FIXTURE(StreamFixture, "the page's stream has services and events, named") {
  const auto exchange = ask("/api/v1/live");
  upstream.item(last("services.follow"),
                R"({"snapshot":true,"services":[],"removed":[],"at":"t"})");
  upstream.answer(last("events.list"), events({}, 3));
  upstream.item(last("events.follow"), items({3}));
  CHECK(frames(*exchange).starts_with("event: services\ndata: "));
  CHECK(frames(*exchange).ends_with("id: 3\nevent: event\ndata: " + event(3) + "\n\n"));
}

TEST_CASE_FIXTURE(StreamFixture, "HEAD of a stream is its head") {
  const auto exchange = ask(request("HEAD", "/api/v1/live", ""));
  CHECK(exchange->header("Content-Type") == "text/event-stream");
  CHECK_FALSE(exchange->open());
  CHECK(upstream.asked.empty());
}
