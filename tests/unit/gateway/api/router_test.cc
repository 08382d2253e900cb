// Requests in, responses out, with a controller that answers when it is told to.
#include <doctest/doctest.h>

#include <algorithm>

#include "gateway/api/route.h"
#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

TEST_CASE_FIXTURE(ApiFixture, "an answer is the controller's result, with the headers of safety") {
  const auto exchange = ask("/api/v1/services?targets=web,@api");
  REQUIRE(upstream.asked.size() == 1);
  CHECK(upstream.asked[0].method == "services.list");
  CHECK(upstream.asked[0].params == R"({"targets":["web","@api"]})");
  CHECK(upstream.asked[0].actor.who == "user ana");
  CHECK(exchange->answers == 0);
  upstream.answer(0, R"({"services":[]})");
  CHECK(exchange->status() == 200);
  CHECK(exchange->body() == "{\"services\":[]}\n");
  CHECK(exchange->header("Content-Type") == "application/json");
  CHECK(exchange->header("Cache-Control") == "no-store");
  CHECK(exchange->header("X-Content-Type-Options") == "nosniff");
  CHECK(exchange->header("Referrer-Policy") == "no-referrer");
  CHECK(exchange->header("Cross-Origin-Resource-Policy") == "same-origin");
  CHECK(exchange->header("Content-Security-Policy").starts_with("default-src 'none'"));
  CHECK_FALSE(exchange->closed);
}

TEST_CASE_FIXTURE(ApiFixture, "HEAD is answered like GET, without the body") {
  const auto exchange = ask(request("HEAD", "/api/v1/supervisor", ""));
  upstream.answer(0, R"({"name":"shop"})");
  CHECK(exchange->status() == 200);
  CHECK(exchange->body().empty());
  CHECK(exchange->header("Content-Length") == "16");
}

TEST_CASE_FIXTURE(ApiFixture, "what the client sent decides neither range nor compression") {
  const auto exchange = ask(
      "/api/v1/config", {{"range", "bytes=0-3"}, {"accept-encoding", "gzip"}, {"accept", "a/b"}});
  upstream.answer(0, R"({"config":{}})");
  CHECK(exchange->status() == 200);
  CHECK(exchange->body() == "{\"config\":{}}\n");
}

TEST_CASE_FIXTURE(ApiFixture, "a client that wants to leave is let go") {
  const auto exchange = ask("/api/v1/config", {{"connection", "close"}});
  upstream.answer(0, "{}");
  CHECK(exchange->closed);
  CHECK(exchange->header("Connection") == "close");
}

TEST_CASE_FIXTURE(ApiFixture, "unknown addresses and methods are told apart") {
  CHECK(ask("/api/v1/serviecs")->status() == 404);
  CHECK(ask("/api/v1/services/")->status() == 404);
  CHECK(ask("/api/v1/services//why")->status() == 404);
  const auto put = ask(request("PUT", "/api/v1/services", ""));
  CHECK(put->status() == 405);
  CHECK(put->header("Allow") == "GET, HEAD");
  CHECK(ask(request("DELETE", "/api/v1/session", ""))->status() == 200);
  CHECK(ask("/api/v1/services/web/restart")->header("Allow") == "POST");
  CHECK(upstream.asked.empty());
}

TEST_CASE_FIXTURE(ApiFixture, "a name in the path is decoded, and only a name") {
  ask("/api/v1/services/back%20end%3A0/why");
  REQUIRE(upstream.asked.size() == 1);
  CHECK(upstream.asked[0].params == R"({"name":"back end:0"})");
  CHECK(ask("/api/v1/services/..%2f..%2fetc/why")->status() == 404);
}

TEST_CASE_FIXTURE(ApiFixture, "bad parameters are named") {
  const auto unknown = ask("/api/v1/events?limt=5");
  CHECK(unknown->status() == 400);
  CHECK(unknown->error_code() == "invalid_params");
  CHECK(unknown->body().find("did you mean 'limit'?") != std::string::npos);
  for (const char* target :
       {"/api/v1/events?limit=x", "/api/v1/events?limit=0", "/api/v1/events?limit=1001",
        "/api/v1/events?limit=1&limit=2", "/api/v1/events?since=never",
        "/api/v1/services/web/logs?stream=both", "/api/v1/services/web/logs?lines=-1",
        "/api/v1/services/web/logs?ignore_case=maybe", "/api/v1/services/web/logs?grep=%ff",
        "/api/v1/history", "/api/v1/history?service=web&kind=x", "/api/v1/supervisor?x=1",
        "/api/v1/events?follow=true&until=now", "/api/v1/services/web/logs?follow=true&until=now"})
    CHECK_MESSAGE(ask(target)->status() == 400, target);
  CHECK(upstream.asked.empty());
}

TEST_CASE_FIXTURE(ApiFixture, "times are what people write, and go on as RFC 3339") {
  ask("/api/v1/analysis?since=1h");
  REQUIRE(upstream.asked.size() == 1);
  CHECK(upstream.asked[0].params == R"({"since":"2027-01-15T07:00:00.000000Z"})");
}

TEST_CASE_FIXTURE(ApiFixture, "the controller's errors have the status of their kind") {
  const std::vector<std::pair<std::string, int>> kinds{
      {"no_such_service", 404}, {"denied", 403},      {"invalid_params", 400}, {"not_running", 409},
      {"timed_out", 503},       {"unavailable", 503}, {"draining", 503},       {"failed", 409},
      {"no_such_series", 404},  {"not_active", 501},  {"unheard_of", 500}};
  for (const auto& kind : kinds) {
    const std::string& code = kind.first;
    const int status = kind.second;
    const auto exchange = ask("/api/v1/services/web/why");
    upstream.refuse(upstream.asked.size() - 1, code, "why: <b>\"it\"</b>");
    CHECK_MESSAGE(exchange->status() == status, code);
    CHECK(exchange->error_code() == code);
    CHECK(exchange->json()["error"]["message"] == "why: <b>\"it\"</b>");
  }
}

TEST_CASE_FIXTURE(ApiFixture, "who is refused reaches nobody") {
  doorman.verdict = Refusal{401, "login_required", "log in first"};
  const auto exchange = ask("/api/v1/services");
  CHECK(exchange->status() == 401);
  CHECK(exchange->error_code() == "login_required");
  CHECK(exchange->header("WWW-Authenticate") == "Bearer realm=\"mainstay\"");
  doorman.verdict = Refusal{429, "too_many_logins", "wait", std::chrono::seconds{7}};
  CHECK(ask("/api/v1/services")->header("Retry-After") == "7");
  CHECK(upstream.asked.empty());
}

TEST_CASE_FIXTURE(ApiFixture, "each route asks for its level") {
  ask("/health");
  ask("/api/v1/session");
  ask("/api/v1/services");
  post("/api/v1/services/web/restart");
  CHECK(doorman.needs == std::vector{Need::Nothing, Need::Page, Need::Read, Need::Operate});
}

TEST_CASE_FIXTURE(ApiFixture, "questions alike share an answer, but never one that is older") {
  const auto first = ask("/api/v1/services");
  const auto second = ask("/api/v1/services");
  const auto third = ask("/api/v1/services");
  REQUIRE(upstream.asked.size() == 1);
  upstream.answer(0, R"({"services":[1]})");
  CHECK(first->answers == 1);
  CHECK(second->answers == 0);
  REQUIRE(upstream.asked.size() == 2);
  upstream.answer(1, R"({"services":[2]})");
  CHECK(second->body() == third->body());
  CHECK(second->body() == "{\"services\":[2]}\n");
  ask("/api/v1/services");
  CHECK(upstream.asked.size() == 3);
}

TEST_CASE_FIXTURE(ApiFixture, "a client that went away is not answered") {
  const auto exchange = ask("/api/v1/services");
  exchange->go();
  upstream.answer(0, "{}");
  CHECK(exchange->answers == 0);
}

TEST_CASE("a path is matched part by part") {
  const auto arguments = match("/a/{name}/c", "/a/b/c");
  REQUIRE(arguments);
  CHECK((*arguments)[0].name == "name");
  CHECK((*arguments)[0].value == "b");
  for (const char* path : {"/a/b", "/a/b/c/", "/a/b/c/d", "/a//c", "a/b/c", "", "/"})
    CHECK_FALSE(match("/a/{name}/c", path));
  CHECK(match("/assets/{path...}", "/assets/js/main.js")->front().value == "js/main.js");
  CHECK_FALSE(match("/assets/{path...}", "/assets"));
  CHECK(match("/", "/"));
}
