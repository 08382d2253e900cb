// Verdicts for probes, and what they are made of.
#include <doctest/doctest.h>

#include "gateway/api/health.h"
#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

std::string service(const std::string& state, const std::string& health, bool ready,
                    bool enabled = true, bool held_down = false) {
  const auto word = [](bool value) { return value ? "true" : "false"; };
  return R"({"name":"x","state":")" + state + R"(","health":")" + health + R"(","ready":)" +
         word(ready) + R"(,"enabled":)" + word(enabled) + R"(,"held_down":)" + word(held_down) +
         R"(,"reason":"why"})";
}

std::string list(std::initializer_list<std::string> services) {
  std::string text = "[";
  for (const auto& each : services)
    text += (text.size() > 1 ? "," : "") + each;
  return text + "]";
}

}  // namespace

TEST_CASE("health fails for what is enabled and failed or unhealthy") {
  CHECK(is_healthy("[]"));
  CHECK(is_healthy(list({service("running", "healthy", true), service("stopped", "none", false)})));
  CHECK(is_healthy(list({service("backoff", "unknown", false)})));
  CHECK_FALSE(
      is_healthy(list({service("running", "healthy", true), service("failed", "none", false)})));
  CHECK_FALSE(is_healthy(list({service("running", "unhealthy", true)})));
  CHECK(is_healthy(list({service("failed", "none", false, false)})));
}

TEST_CASE("ready is when nothing is on its way any more") {
  CHECK(is_ready("[]"));
  CHECK(is_ready(list({service("running", "healthy", true), service("exited", "none", false),
                       service("stopped", "none", false)})));
  for (const char* state : {"waiting", "starting", "backoff", "failed", "running"})
    CHECK_FALSE_MESSAGE(is_ready(list({service(state, "none", false)})), state);
  CHECK(is_ready(list({service("failed", "none", false, true, true)})));
  CHECK(is_ready(list({service("running", "unhealthy", true)})));
}

TEST_CASE_FIXTURE(ApiFixture, "the verdict is all that is public") {
  const auto well = ask("/health");
  CHECK(upstream.asked.at(0).method == "services.list");
  upstream.answer(0, R"({"services":)" + list({service("running", "healthy", true)}) + "}");
  CHECK(well->status() == 200);
  CHECK(well->body() == "{\"status\":\"ok\"}\n");
  const auto ill = ask("/health");
  upstream.answer(1, R"({"services":)" + list({service("failed", "none", false)}) + "}");
  CHECK(ill->status() == 503);
  CHECK(ill->body() == "{\"status\":\"failing\"}\n");
  const auto alone = ask("/health/live");
  upstream.refuse(2, "unavailable", "gone");
  CHECK(alone->status() == 503);
  CHECK(alone->body() == "{\"status\":\"failing\"}\n");
  const auto coming = ask("/health/ready");
  upstream.answer(3, R"({"services":)" + list({service("starting", "none", false)}) + "}");
  CHECK(coming->status() == 503);
}

TEST_CASE_FIXTURE(ApiFixture, "the reasons are for who may read") {
  const auto exchange = ask("/health/detailed");
  upstream.answer(0,
                  R"({"services":)" +
                      list({service("running", "unhealthy", true), service("failed", "none", false),
                            service("running", "healthy", true)}) +
                      "}");
  upstream.answer(1, R"({"name":"shop"})");
  const Json said = exchange->json();
  CHECK(said["status"] == "failing");
  CHECK(said["totals"]["all"] == 3);
  CHECK(said["totals"]["running"] == 2);
  CHECK(said["totals"]["unhealthy"] == 1);
  CHECK(said["attention"].size() == 2);
  CHECK(said["attention"][1]["reason"] == "why");
  CHECK(said["supervisor"]["name"] == "shop");
}

TEST_CASE_FIXTURE(ApiFixture, "status is services and supervisor") {
  const auto exchange = ask("/status");
  upstream.answer(0, R"({"services":[{"name":"web"}],"drain":null})");
  upstream.answer(1, R"({"name":"shop"})");
  CHECK(exchange->body() ==
        "{\"services\":[{\"name\":\"web\"}],\"supervisor\":{\"name\":\"shop\"}}\n");
}
