#include "ctl/analysis_text.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "ctl/display_width.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

// As a supervisor with three services answers.
Json canned_analysis() {
  return json_from(R"J({
      "since": "2026-11-21T14:02:06.800Z", "until": "2026-11-22T14:02:06.800Z", "bytes": 1288490189,
      "status": "red", "green": 1, "yellow": 1, "red": 1, "lines": 9412377, "errors": 1141, "warnings": 58,
      "signatures": [
        {"level": "error", "signature": "ERROR db: cannot reach <addr>, try <n>: connection refused",
         "cause": null, "where": null, "trace": null, "count": 1088, "first": "2026-11-21T14:05:11.000Z",
         "last": "2026-11-22T14:01:40.000Z", "instance": "worker:1", "example": [],
         "services": ["worker", "backend"]},
        {"level": "error", "signature": "ERROR shop.orders: order <n> failed", "cause": "KeyError: '…'",
         "where": "charge (shop/pay.py)", "trace": "python", "count": 53, "first": "2026-11-22T03:11:00.000Z",
         "last": "2026-11-22T13:58:02.000Z", "instance": "backend", "example": [], "services": ["backend"]}],
      "services": [
        {"service": "worker", "status": "red",
         "reasons": ["41.3 errors an hour", "4 restarts"], "hours": 24.0, "lines": 12000, "errors": 992,
         "warnings": 10, "errors_per_hour": 41.3, "warnings_per_hour": 0.4,
         "busiest_hour": {"from": "2026-11-22T13:00:00.000Z", "errors": 311}, "restarts": 4,
         "restarts_per_day": 4.0, "cpu_percent": 12.0, "memory_percent": 3.1, "memory_of": "machine",
         "requests": 0, "server_errors": 0, "slow": 0,
         "signatures": [
           {"level": "error", "signature": "ERROR db: cannot reach <addr>, try <n>: connection refused",
            "cause": null, "where": null, "trace": null, "count": 940, "first": "2026-11-21T14:05:11.000Z",
            "last": "2026-11-22T14:01:40.000Z", "instance": "worker:1",
            "example": ["ERROR db: cannot reach 10.0.0.3:5432, try 4: connection refused"]}],
         "signatures_left_out": {"kinds": 31, "count": 52}, "endpoints": [],
         "endpoints_left_out": {"kinds": 0, "count": 0},
         "advice": [
           {"text": "it ended by itself: see its last words and how it ended", "try": "ctl show worker --crashes"},
           {"text": "something that it talks to does not answer or hangs up: see whether that is up, and declare it under depends_on or monitors", "try": "ctl status"}],
         "problems": []},
        {"service": "backend", "status": "yellow",
         "reasons": ["6.2 errors an hour"], "hours": 24.0, "lines": 9400000, "errors": 149, "warnings": 48,
         "errors_per_hour": 6.2, "warnings_per_hour": 2.0,
         "busiest_hour": {"from": "2026-11-22T03:00:00.000Z", "errors": 12}, "restarts": 0,
         "restarts_per_day": 0.0, "cpu_percent": 2.0, "memory_percent": 45.2, "memory_of": "limit",
         "requests": 4410, "server_errors": 12, "slow": 3,
         "signatures": [
           {"level": "error", "signature": "ERROR shop.orders: order <n> failed", "cause": "KeyError: '…'",
            "where": "charge (shop/pay.py)", "trace": "python", "count": 53,
            "first": "2026-11-22T03:11:00.000Z", "last": "2026-11-22T13:58:02.000Z", "instance": "backend",
            "example": ["ERROR shop.orders: order 8812 failed", "Traceback (most recent call last):",
              "  File \"/srv/shop/orders.py\", line 88, in place", "    charge(order)",
              "  File \"/srv/shop/pay.py\", line 12, in charge", "    raise KeyError(order.user)",
              "KeyError: 'u17\u001b]0;owned\u0007'"]},
           {"level": "warn", "signature": "pool exhausted, waited <n> ms", "cause": null, "where": null,
            "trace": null, "count": 48, "first": "2026-11-22T09:00:00.000Z",
            "last": "2026-11-22T09:00:00.000Z", "instance": "backend",
            "example": ["pool exhausted, waited 812 ms"]}],
         "signatures_left_out": {"kinds": 0, "count": 0},
         "endpoints": [
           {"endpoint": "GET /api/v1/users/<n>/orders", "requests": 912, "server_errors": 12, "slow": 3,
            "mean_seconds": 0.120, "longest_seconds": 4.2, "first": "2026-11-22T03:11:00.000Z",
            "last": "2026-11-22T13:58:02.000Z", "example": "…"}],
         "endpoints_left_out": {"kinds": 0, "count": 0},
         "advice": [{"text": "most traces (53) come from charge (shop/pay.py): begin there",
                     "try": "ctl logs backend --level error -n 20"}],
         "problems": ["cannot read backend.err.log: permission denied"]},
        {"service": "database", "status": "green", "reasons": [], "hours": 24.0, "lines": 377,
         "errors": 0, "warnings": 0, "errors_per_hour": 0.0, "warnings_per_hour": 0.0,
         "busiest_hour": null, "restarts": 0, "restarts_per_day": 0.0, "cpu_percent": 1.0,
         "memory_percent": null, "memory_of": null, "requests": 0, "server_errors": 0, "slow": 0,
         "signatures": [], "signatures_left_out": {"kinds": 0, "count": 0}, "endpoints": [],
         "endpoints_left_out": {"kinds": 0, "count": 0}, "advice": [], "problems": []}]})J");
}

}  // namespace

TEST_CASE("an analysis looks as it should") {
  const WallTime now = canned_now();
  check_golden("analyze", analysis_text(canned_analysis(), now, false, plain_terminal(100)));
  check_golden("analyze_60", analysis_text(canned_analysis(), now, false, plain_terminal(60)));
  check_golden("analyze_pipe", analysis_text(canned_analysis(), now, true, plain_terminal(0)));
}

TEST_CASE("no line of an analysis is wider than the terminal, and none commands it") {
  for (std::size_t width = 24; width < 120; width += 5) {
    const std::string text =
        analysis_text(canned_analysis(), canned_now(), true, plain_terminal(width));
    for (const std::string_view line : split(text, '\n'))
      CHECK(display_width(line) <= width);
  }
  const std::string text =
      analysis_text(canned_analysis(), canned_now(), true, colour_terminal(200));
  CHECK(text.find("\x1b]") == std::string::npos);
  CHECK(text.find("\\x1b]0;owned\\x07") != std::string::npos);
  CHECK(text.find("worker is \x1b[31mred\x1b[0m: ") != std::string::npos);
}

TEST_CASE("what is green is told when it was asked for") {
  const std::string some = analysis_text(canned_analysis(), canned_now(), false, plain_terminal(0));
  const std::string all = analysis_text(canned_analysis(), canned_now(), true, plain_terminal(0));
  CHECK(some.find("database is green") == std::string::npos);
  CHECK(all.find("database is green") != std::string::npos);
}

TEST_CASE("red is exit code 3, and an answer that makes no sense is shown as far as it goes") {
  CHECK(analysis_exit(canned_analysis()) == CtlExit::NotRunning);
  CHECK(analysis_exit(Json{{"red", 0}}) == CtlExit::Done);
  CHECK(analysis_text(Json::object(), canned_now(), true, plain_terminal(80))
            .starts_with("0 services from ? to ?"));
  CHECK(analysis_text(Json{{"services", {1, "x", Json::object()}}}, canned_now(), true,
                      plain_terminal(80))
            .starts_with("3 services"));
}

TEST_CASE("progress says what is read and how much there is") {
  CHECK(analysis_progress(json_from(R"({"service": "worker", "services_done": 3, "services": 10,
      "bytes_done": 104857600, "bytes": 1073741824})"),
                          plain_terminal(80)) ==
        "reading worker … 3 of 10 services done, 100 MB of 1.0 GB");
  CHECK(analysis_progress(Json{{"queued", 2}}, plain_terminal(80)) ==
        "waiting … 2 other analyses come first");
}

}  // namespace mainstay::ctl
