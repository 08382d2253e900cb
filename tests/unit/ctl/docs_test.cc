#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "ctl/actions.h"
#include "ctl/arrival.h"
#include "ctl/display_width.h"
#include "ctl/json_fields.h"
#include "ctl/log_keeping_text.h"
#include "ctl/monitor_text.h"
#include "ctl/plan_text.h"
#include "ctl/rollback_text.h"
#include "ctl/verb.h"
#include "ctl/waiting.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

const std::string kDocument = std::string{MAINSTAY_DOCS_DIR} + "/ctl.md";
const std::string kAnalysisPage = std::string{MAINSTAY_DOCS_DIR} + "/analysis.md";
const std::string kMonitorsPage = std::string{MAINSTAY_DOCS_DIR} + "/monitors.md";
const std::string kHistoryPage = std::string{MAINSTAY_DOCS_DIR} + "/history.md";
const std::string kApplyPage = std::string{MAINSTAY_DOCS_DIR} + "/apply.md";

std::vector<MonitorView> canned_monitors() {
  return monitor_views(json_from(R"({"monitors": [
      {"name": "backup-space", "state": "up", "kind": "command", "target": "./enough-space.sh /backup",
       "latency_ms": 12.4, "since": "2026-11-22T11:58:00.000Z", "failures": 0,
       "failures_allowed": 3, "last_error": null, "last_good_at": "2026-11-22T14:02:00.000Z"},
      {"name": "database", "state": "down", "kind": "tcp", "target": "db.internal:5432",
       "latency_ms": 0.3, "since": "2026-11-22T13:58:00.000Z", "failures": 11,
       "failures_allowed": 3, "last_error": "connection refused on 10.0.0.7:5432",
       "last_good_at": "2026-11-22T13:57:00.000Z"},
      {"name": "shop", "state": "unknown", "kind": "http", "target": "https://shop.example.org/health",
       "latency_ms": null, "since": null, "failures": 0, "failures_allowed": 3,
       "last_error": null, "last_good_at": null}]})"));
}

MonitorView canned_monitor() {
  return monitor_views(json_from(R"({"monitors": [
      {"name": "database", "state": "down", "kind": "tcp", "target": "db.internal:5432",
       "latency_ms": 0.3, "since": "2026-11-22T13:58:00.000Z", "failures": 4, "failures_allowed": 3,
       "successes_needed": 1, "interval_seconds": 30, "timeout_seconds": 5,
       "last_error": "connection refused on 10.0.0.7:5432",
       "last_at": "2026-11-22T13:58:30.000Z", "last_good_at": "2026-11-22T13:56:30.000Z", "history": [
         {"at": "2026-11-22T13:56:00.000Z", "result": "passed", "latency_ms": 1.1},
         {"at": "2026-11-22T13:56:30.000Z", "result": "passed", "latency_ms": 12.4},
         {"at": "2026-11-22T13:57:00.000Z", "result": "failed", "latency_ms": 0.3},
         {"at": "2026-11-22T13:57:30.000Z", "result": "unknown", "latency_ms": 0},
         {"at": "2026-11-22T13:58:30.000Z", "result": "failed", "latency_ms": 0.3}]}]})"))
      .front();
}

Json canned_plan() {
  return json_from(R"({"file": "/srv/shop/ecosystem.yaml", "changes": true, "removed": ["report"],
      "added": ["mailer"], "unchanged": 2, "settings": [
        {"key": "history.keep", "before": "1d", "after": "7d"}], "changed": [
        {"name": "backend", "restart": true, "differences": [
          {"key": "command", "before": "[./backend]", "after": "[./backend, --fast]"},
          {"key": "env.DB_URL", "before": "***", "after": "***"}]},
        {"name": "worker", "restart": false, "differences": [
          {"key": "tags", "before": null, "after": "[night]"}]}]})");
}

Json canned_rollback() {
  return json_from(
      R"-({"file": "/srv/shop/ecosystem.yaml", "start_file": "/srv/shop/ecosystem.yaml",
      "changes": true, "removed": [], "added": [], "unchanged": 4, "settings": [], "changed": [
        {"name": "backend", "restart": true, "differences": [
          {"key": "command", "before": "[./backend, --fast]", "after": "[./backend]"}]}],
      "rollback": {"since": "2026-11-22T09:12:03.000Z", "until": "2026-11-22T14:01:40.000Z",
                   "replaced_by": "uid 1000 (pid 4711)", "on_disk": "in_force"}})-");
}

std::string up_example() {
  const Expectation expected{true};
  auto services = views_of(list_of(canned_list(), "services"));
  services.resize(3);
  services[0].uptime = std::chrono::milliseconds{1100};
  services[1].uptime = std::chrono::milliseconds{400};
  services[2].state = "running";
  services[2].known = PublicState::Running;
  services[2].ready = true;
  const Terminal terminal = plain_terminal(100);
  std::string text = "mainstay 0.1.0  shop: 3 services from ecosystem.yaml\n";
  for (const std::size_t i : {1U, 0U, 2U}) {
    text += arrival_line(services[i], expected, 8, terminal) + "\n";
  }
  return text +
         arrival_summary(services, expected, std::chrono::milliseconds{1600},
                         "http://127.0.0.1:9615", terminal) +
         "\n";
}

std::string usage_example() {
  return usage_text(json_from(R"({"services": [
      {"service": "backend", "live_bytes": 4404019, "archives": 5, "archive_bytes": 3250585,
       "oldest": "2026-11-20T02:11:40.000Z", "total_bytes": 7654604},
      {"service": "worker", "live_bytes": 71680, "archives": 0, "archive_bytes": 0, "oldest": null,
       "total_bytes": 71680}],
      "total_bytes": 7726284, "limit_bytes": 1073741824})"),
                    canned_now(), plain_terminal(100));
}

}  // namespace

TEST_CASE("the examples of the documentation are written from what ctl prints") {
  check_golden("help", help_text(all_verbs()));
  const WallTime now = canned_now();
  check_golden("monitors", monitors_text(canned_monitors(), now, plain_terminal(100)));
  check_golden("monitors_60", monitors_text(canned_monitors(), now, plain_terminal(60)));
  check_golden("monitors_pipe", monitors_text(canned_monitors(), now, plain_terminal(0)));
  const MonitorView database = canned_monitor();
  check_golden("why_monitor", why_monitor_text(database, now, plain_terminal(100)));
  check_golden("show_monitor", show_monitor_text(database, now, plain_terminal(100)));
  check_golden("plan", plan_text(canned_plan(), plain_terminal(100)));
  check_golden("rollback", rollback_text(canned_rollback(), now) +
                               plan_text(canned_rollback(), plain_terminal(100)));
  check_golden("up", up_example());
  const Json results = json_from(R"({"results": [
      {"name": "backend", "ok": true, "state": "running", "message": ""},
      {"name": "worker", "ok": false, "state": "failed", "message": "cannot run 'pyhton3'"}]})");
  check_golden("results", results_text(results, plain_terminal(80)));
  const Json reloaded = json_from(R"({"results": [
      {"name": "web:0", "ok": true, "state": "running", "message": "running since 14:02:11; healthy"},
      {"name": "web:1", "ok": false, "state": "backoff", "message": "code 1 after 20 ms"},
      {"name": "web:2", "ok": false, "state": "running",
       "message": "not reloaded: it ended at web:1: code 1 after 20 ms"}]})");
  check_golden("reload", results_text(reloaded, plain_terminal(120)));
  ServiceView worker;
  worker.name = "worker";
  worker.known = PublicState::Stopping;
  worker.reason = "TERM sent 4 s ago, KILL in 6 s";
  Waiting waiting{"stopping"};
  waiting.update({worker});
  check_golden("logs_usage", usage_example());
  check_golden("stopping", waiting.line(plain_terminal(80)) + "\n");
}

TEST_CASE(
    "no line about monitors is wider than the terminal, and one that is down is exit code 3") {
  const auto monitors = canned_monitors();
  for (std::size_t width = 24; width < 120; ++width) {
    const std::string text = monitors_text(monitors, canned_now(), plain_terminal(width));
    for (const std::string_view line : split(text, '\n'))
      CHECK(display_width(line) <= width);
  }
  CHECK(monitors_exit(monitors) == CtlExit::NotRunning);
  CHECK(monitors_exit(std::span{monitors}.first(1)) == CtlExit::Done);
  CHECK(
      monitors_text({}, canned_now(), plain_terminal(80)).starts_with("No monitors are declared"));
}

TEST_CASE("what a setting was never hides what it becomes, on however narrow a terminal") {
  const Json plan = json_from(R"({"file": "e", "changes": true, "settings": [], "changed": [
      {"name": "a", "restart": true, "differences": [
        {"key": "command", "before": "[./a, --with, a, very, very, long, line, of, arguments]",
         "after": "[./b, --with, a, very, very, long, line, of, arguments]"}]}]})");
  for (std::size_t width = 24; width < 140; ++width) {
    const std::string text = plan_text(plan, plain_terminal(width));
    for (const std::string_view line : split(text, '\n'))
      if (line.starts_with("      ")) CHECK(display_width(line) <= width);
    CHECK(text.find("-> [./b") != std::string::npos);
  }
  CHECK(plan_text(plan, plain_terminal(0)).find("arguments] -> [./b, --with") != std::string::npos);
}

TEST_CASE("what is gone back to is told with its times, and with what is on disk instead") {
  Json plan = canned_rollback();
  Json& rollback = plan["rollback"];
  CHECK(rollback_text(canned_plan(), canned_now()).empty());
  CHECK(rollback_notice(canned_plan()).empty());
  rollback["since"] = nullptr;
  rollback["replaced_by"] = "bob\n\x1b[2J";
  const std::string text = rollback_text(plan, canned_now());
  CHECK(text.starts_with("back to what was in force until 14:01:40; bob"));
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find('\x1b') == std::string::npos);
  const std::string file = "/srv/shop/ecosystem.yaml on disk ";
  const std::string anew = "a later apply or reload, or a supervisor that is started anew, ";
  CHECK(rollback_notice(plan) ==
        file + "is what this goes back from: " + anew + "puts that in force again");
  rollback["on_disk"] = "another";
  CHECK(rollback_notice(plan) ==
        file + "is another version than this: " + anew + "puts that in force");
  plan["start_file"] = "/etc/other.yaml";
  CHECK(rollback_notice(plan) ==
        file + "is another version than this: a later apply or reload puts that in force");
  rollback["on_disk"] = "unusable";
  CHECK(rollback_notice(plan) ==
        file + "has errors, which ctl check shows: a later apply or reload cannot use it");
  for (const char* other : {"same", "what a later version says"}) {
    rollback["on_disk"] = other;
    CHECK(rollback_notice(plan).empty());
  }
}

TEST_CASE("the examples of the documentation are what ctl prints") {
  check_examples(kDocument);
  check_examples(kMonitorsPage);
  check_examples(kAnalysisPage);
  check_examples(kHistoryPage);
  check_examples(kApplyPage);
}

TEST_CASE("every verb is documented with its usage") {
  const std::string text = read_file(kDocument);
  for (const Verb* verb : all_verbs()) {
    INFO(std::string{verb->name});
    CHECK(text.find(fmt::format("\n## {}\n\n`ctl {}`", verb->name, verb->usage)) !=
          std::string::npos);
  }
}

}  // namespace mainstay::ctl
