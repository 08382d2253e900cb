// Changes: what goes to the controller, and what comes back.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

TEST_CASE_FIXTURE(ApiFixture, "an action answers what came of it") {
  const auto exchange = post("/api/v1/services/web,@api/restart");
  REQUIRE(upstream.asked.size() == 1);
  CHECK(upstream.asked[0].method == "services.restart");
  CHECK(upstream.asked[0].params == R"({"targets":["web","@api"]})");
  upstream.answer(0, R"({"results":[{"name":"web","ok":true,"state":"running","message":""}]})");
  CHECK(exchange->status() == 200);
  CHECK(exchange->json()["results"][0]["state"] == "running");
}

TEST_CASE_FIXTURE(ApiFixture, "what failed is a conflict, told as an error beside the outcomes") {
  const auto exchange = post("/api/v1/services/all/start");
  upstream.answer(0, R"({"results":[{"name":"a","ok":true,"state":"running","message":""},)"
                     R"({"name":"b","ok":false,"state":"failed","message":"no \"x\""}]})");
  CHECK(exchange->status() == 409);
  CHECK(exchange->error_code() == "failed");
  CHECK(exchange->json()["error"]["message"] == "b: no \"x\"");
  CHECK(exchange->json()["results"].size() == 2);
}

TEST_CASE_FIXTURE(ApiFixture, "a list without a name is not everything") {
  post("/api/v1/services/,/stop");
  CHECK(upstream.asked.at(0).params == R"({"targets":","})");
}

TEST_CASE_FIXTURE(ApiFixture, "who does not wait gets 202") {
  const auto exchange = post("/api/v1/services/web/stop?wait=false");
  CHECK(upstream.asked.at(0).params == R"({"wait":false,"targets":["web"]})");
  upstream.answer(0, R"({"results":[{"name":"web","ok":true,"state":"stopping","message":""}]})");
  CHECK(exchange->status() == 202);
}

TEST_CASE_FIXTURE(ApiFixture, "signal and scale take theirs from the body") {
  post("/api/v1/services/web/signal", R"({"signal":"HUP"})");
  CHECK(upstream.asked.at(0).params == R"({"signal":"HUP","targets":["web"]})");
  post("/api/v1/services/web/scale", R"({"instances":"+1"})");
  CHECK(upstream.asked.at(1).params == R"({"instances":"+1","name":"web"})");
  post("/api/v1/services/web/scale?wait=false", R"({"instances":3})");
  CHECK(upstream.asked.at(2).params == R"({"wait":false,"instances":3,"name":"web"})");
}

TEST_CASE_FIXTURE(ApiFixture, "bodies are JSON objects with what is known") {
  for (const char* body : {"", "[]", "{", "{}", R"({"signal":true})", R"({"signal":"HUP","x":1})",
                           R"({"signal":{"a":[[[[[[[[[[1]]]]]]]]]]}})"})
    CHECK_MESSAGE(post("/api/v1/services/web/signal", body)->status() == 400, body);
  CHECK(post("/api/v1/services/web/start", R"({"targets":["all"]})")->status() == 400);
  const std::string large = R"({"signal":")" + std::string(16 * 1024, 'x') + "\"}";
  CHECK(post("/api/v1/services/web/signal", large)->status() == 413);
  const auto form = ask(request("POST", "/api/v1/services/web/signal", "signal=HUP",
                                {{"content-type", "application/x-www-form-urlencoded"}}));
  CHECK(form->status() == 415);
  CHECK(ask(request("POST", "/api/v1/services/web/signal", R"({"signal":"HUP"})",
                    {{"content-type", "Application/JSON; charset=utf-8"}}))
            ->status() == 0);
  CHECK(upstream.asked.size() == 1);
}

TEST_CASE_FIXTURE(ApiFixture, "the configuration's plan is told as it is") {
  const auto exchange = post("/api/v1/config/plan");
  CHECK(doorman.needs.back() == Need::Operate);
  REQUIRE(upstream.asked.size() == 1);
  CHECK(upstream.asked[0].method == "config.plan");
  CHECK(upstream.asked[0].params == "{}");
  CHECK(upstream.asked[0].actor.who == "user ana");
  upstream.answer(0, R"({"hash":"ab","changes":true,"removed":["goes"]})");
  CHECK(exchange->status() == 200);
  CHECK(exchange->body() == "{\"hash\":\"ab\",\"changes\":true,\"removed\":[\"goes\"]}\n");
}

TEST_CASE_FIXTURE(ApiFixture, "what is being applied is accepted, what changes nothing is done") {
  const auto changes = post("/api/v1/config/apply", R"({"hash":"ab"})");
  CHECK(doorman.needs.back() == Need::Operate);
  CHECK(upstream.asked.at(0).method == "config.apply");
  CHECK(upstream.asked.at(0).params == R"({"hash":"ab"})");
  upstream.answer(0, R"({"hash":"ab","changes":true})");
  CHECK(changes->status() == 202);
  CHECK(changes->json()["changes"] == true);
  const auto same = post("/api/v1/config/apply");
  CHECK(upstream.asked.at(1).params == "{}");
  upstream.answer(1, R"({"hash":"ab","changes":false})");
  CHECK(same->status() == 200);
}

TEST_CASE_FIXTURE(ApiFixture, "why a configuration is not applied has a status") {
  std::size_t number = 0;
  for (const auto& [code, status] :
       std::vector<std::pair<std::string, int>>{{"busy", 409},
                                                {"changed_meanwhile", 409},
                                                {"invalid_config", 400},
                                                {"failed", 409},
                                                {"unavailable", 503}}) {
    const auto exchange = post("/api/v1/config/apply");
    upstream.refuse(number++, code, "why");
    CHECK(exchange->error_code() == code);
    CHECK(exchange->status() == status);
  }
}

TEST_CASE_FIXTURE(ApiFixture, "no visitor names a configuration file") {
  for (const char* target : {"/api/v1/config/plan", "/api/v1/config/apply"}) {
    const auto exchange = post(target, R"({"file":"/etc/passwd"})");
    CHECK(exchange->status() == 400);
    CHECK(exchange->json()["error"]["message"].get<std::string>().find("file") !=
          std::string::npos);
    CHECK(post(std::string{target} + "?file=/etc/passwd")->status() == 400);
  }
  CHECK(post("/api/v1/config/apply", R"({"hash":{}})")->status() == 400);
  CHECK(upstream.asked.empty());
}

TEST_CASE_FIXTURE(ApiFixture, "what belongs on the machine is not done over the web") {
  const auto down = post("/api/v1/supervisor/shutdown");
  CHECK(down->status() == 403);
  CHECK(down->json()["error"]["message"] == "not over the web; on the machine: ctl down");
  CHECK(post("/api/v1/supervisor/upgrade")->status() == 403);
  CHECK(upstream.asked.empty());
}

TEST_CASE_FIXTURE(ApiFixture, "the session says who one is") {
  CHECK(ask("/api/v1/session")->body() ==
        "{\"user\":\"ana\",\"level\":\"admin\",\"csrf\":\"csrf-1\",\"login\":true}\n");
  doorman.verdict = Visitor{"", AccessLevel::Read, "127.0.0.1:1", ""};
  CHECK(ask("/api/v1/session")->body() ==
        "{\"user\":null,\"level\":\"read\",\"csrf\":null,\"login\":true}\n");
}

TEST_CASE_FIXTURE(ApiFixture, "logging in and out sets the cookie") {
  const auto in = post("/api/v1/session", R"({"user":"ana","password":"geheim"})");
  CHECK(doorman.credentials == "ana:geheim");
  CHECK(in->status() == 200);
  CHECK(in->header("Set-Cookie") == "s=1");
  CHECK(in->json()["csrf"] == "csrf-2");
  doorman.login = Refusal{401, "login_failed", "wrong"};
  const auto wrong = post("/api/v1/session", R"({"user":"ana","password":"x"})");
  CHECK(wrong->status() == 401);
  CHECK(wrong->header("Set-Cookie").empty());
  CHECK(post("/api/v1/session", R"({"user":"ana"})")->status() == 400);
  const auto out = ask(request("DELETE", "/api/v1/session", ""));
  CHECK(out->header("Set-Cookie") == "s=; Max-Age=0");
  CHECK(out->json()["level"].is_null());
}
