// Green, yellow and red by the thresholds, and advice that fits what was found.
#include "logs/verdict.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace mainstay;
using namespace mainstay::logs;
using namespace std::chrono_literals;

namespace {

const Span kDay{WallTime{1000h}, WallTime{1024h}};

Findings quiet() {
  Findings findings;
  findings.service = "shop";
  findings.first_line = kDay.since;
  return findings;
}

Light light_of_errors(std::uint64_t errors) {
  Findings findings = quiet();
  findings.errors = errors;
  return judge(findings, {}, kDay).light;
}

template <typename Set>
Light light_with(Set set) {
  Vitals vitals;
  set(vitals);
  return judge(quiet(), vitals, kDay).light;
}

bool advises(const Verdict& verdict, std::string_view text, std::string_view command) {
  return std::any_of(verdict.advice.begin(), verdict.advice.end(), [&](const Advice& advice) {
    return advice.text.find(text) != std::string::npos && advice.command == command;
  });
}

FoundSignature signature(std::string text, std::string where = {}) {
  FoundSignature found;
  found.signature = {Level::Error, std::move(text), {}, std::move(where), {}};
  found.count = 3;
  return found;
}

}  // namespace

TEST_CASE("errors an hour: below 5 green, to 20 yellow, above red") {
  CHECK(light_of_errors(0) == Light::Green);
  CHECK(light_of_errors(24 * 5 - 1) == Light::Green);
  CHECK(light_of_errors(24 * 5) == Light::Yellow);
  CHECK(light_of_errors(24 * 20) == Light::Yellow);
  CHECK(light_of_errors(24 * 20 + 1) == Light::Red);
}

TEST_CASE("answers with 5xx are judged like errors") {
  Findings findings = quiet();
  findings.server_errors = 24 * 20 + 1;
  CHECK(judge(findings, {}, kDay).light == Light::Red);
}

TEST_CASE("restarts a day: none, one or two, three and more") {
  const auto of = [](std::uint64_t restarts) {
    return light_with([restarts](Vitals& vitals) { vitals.restarts = restarts; });
  };
  CHECK(of(0) == Light::Green);
  CHECK(of(1) == Light::Yellow);
  CHECK(of(2) == Light::Yellow);
  CHECK(of(3) == Light::Red);
}

TEST_CASE("CPU at 70 and 90, memory at 80 and 90 percent, failed and unhealthy") {
  const auto cpu = [](double percent) {
    return light_with([percent](Vitals& vitals) { vitals.cpu_percent = percent; });
  };
  const auto memory = [](double percent) {
    return light_with([percent](Vitals& vitals) { vitals.memory_percent = percent; });
  };
  CHECK(cpu(69) == Light::Green);
  CHECK(cpu(70) == Light::Yellow);
  CHECK(cpu(91) == Light::Red);
  CHECK(memory(79) == Light::Green);
  CHECK(memory(80) == Light::Yellow);
  CHECK(memory(91) == Light::Red);
  CHECK(light_with([](Vitals& vitals) { vitals.failed = true; }) == Light::Red);
  CHECK(light_with([](Vitals& vitals) { vitals.unhealthy = true; }) == Light::Yellow);
}

TEST_CASE("a young log is judged by its own time, and by an hour at least") {
  Findings findings = quiet();
  findings.errors = 10;
  findings.first_line = kDay.until + -2h;
  CHECK(judge(findings, {}, kDay).errors_per_hour == doctest::Approx(5));
  findings.first_line = kDay.until + -5min;
  CHECK(judge(findings, {}, kDay).errors_per_hour == doctest::Approx(10));
  findings.first_line = kDay.since + -5h;  // as of a clock that was set
  CHECK(time_covered(findings, kDay) == 24h);
}

TEST_CASE("advice says what fits what was found, and nothing for nothing") {
  CHECK(judge(quiet(), {}, kDay).advice.empty());
  Findings findings = quiet();
  findings.errors = 9;
  findings.signatures = {signature("ERROR connect ECONNREFUSED <addr>"),
                         signature("ERROR dial: connection refused"),
                         signature("ERROR: bad", "charge (shop/pay.py)")};
  FoundEndpoint endpoint;
  endpoint.endpoint = "GET /x";
  endpoint.requests = 40;
  endpoint.server_errors = 12;
  findings.endpoints = {endpoint};
  Vitals vitals;
  vitals.restarts = 1;
  const Verdict verdict = judge(findings, vitals, kDay);
  CHECK(verdict.advice.size() == 4);
  CHECK(advises(verdict, "ended by itself", "ctl show shop --crashes"));
  CHECK(advises(verdict, "does not answer", "ctl status"));
  CHECK(advises(verdict, "most traces (3) come from charge (shop/pay.py)",
                "ctl logs shop --level error -n 20"));
  CHECK(
      advises(verdict, "GET /x fails most: 12 of 40", "ctl logs shop --grep '\" 5\\d\\d ' -n 20"));
  vitals = {};
  vitals.memory_percent = 95;
  vitals.memory_of_limit = true;
  CHECK(advises(judge(quiet(), vitals, kDay), "raise limits.memory", "ctl show shop"));
}
