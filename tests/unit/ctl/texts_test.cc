#include <doctest/doctest.h>

#include "base/text.h"
#include "ctl/crash_text.h"
#include "ctl/display_width.h"
#include "ctl/event_text.h"
#include "ctl/show_text.h"
#include "ctl/waiting.h"
#include "ctl/why_text.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

std::string phrase(std::string_view kind, std::string_view data) {
  return event_phrase(Json{{"kind", std::string{kind}}, {"data", json_from(data)}});
}

}  // namespace

TEST_CASE("why looks as the design says") {
  const WallTime now = canned_now();
  check_golden("why", why_text(canned_why(), now, plain_terminal(160)));
  check_golden("why_60", why_text(canned_why(), now, plain_terminal(60)));
  check_golden("why_pipe", why_text(canned_why(), now, plain_terminal(0)));
}

TEST_CASE("last words cannot command the terminal") {
  const std::string text = why_text(canned_why(), canned_now(), colour_terminal(160));
  CHECK(text.find("\\x1b]0;owned\\x07Segmentation fault") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("why leaves out what there is nothing to say about") {
  const Json why = json_from(R"J({"headline": "a is running: since 10:00:00.", "next": "",
      "gives_up": "", "before": [], "rules": [], "last_words": null,
      "notes": ["port 8000 is held by python3 (pid 4711)"], "try": []})J");
  CHECK(why_text(why, canned_now(), plain_terminal(80)) ==
        "a is running: since 10:00:00.\n"
        "  note     port 8000 is held by python3 (pid 4711)\n");
}

TEST_CASE("an error that came again and again does not bury the rest") {
  const std::string error =
      "cannot run 'x' for a: no such program in PATH " + std::string(500, 'p');
  Json why = canned_why();
  why["before"] = Json::array({Json{{"kind", "service_exited"},
                                    {"at", "2026-11-22T14:02:11Z"},
                                    {"data", Json{{"error", error}, {"cause", "start failed"}}}}});
  const std::string text = why_text(why, canned_now(), plain_terminal(0));
  CHECK(text.find("cannot run 'x' for a: no such program in PATH") != std::string::npos);
  CHECK(text.find(std::string(80, 'p')) == std::string::npos);
}

TEST_CASE("show looks as it should, alone and with several instances") {
  const WallTime now = canned_now();
  check_golden("show", show_text(canned_get(), now, plain_terminal(160)));
  Json several = canned_get();
  several["instances"] = canned_list();
  check_golden("show_instances", show_text(several, now, plain_terminal(100)));
}

TEST_CASE("show says which log cannot be written and what was lost") {
  Json service = canned_get();
  CHECK(show_text(service, canned_now(), plain_terminal(80)).find("lost") == std::string::npos);
  service["log_trouble"] = json_from(R"({"file": "backend.out.log", "dropping": false,
      "reason": "no space left on device", "since": "2026-11-22T10:03:12.000Z"})");
  service["log_dropped_bytes"] = 12345;
  service["log_dropped_lines"] = 1;
  const std::string text = show_text(service, canned_now(), plain_terminal(80));
  CHECK(text.find("  log trouble  log backend.out.log cannot be written since 10:03:12: no space "
                  "left on device; its output waits\n") != std::string::npos);
  CHECK(text.find("  lost         12345 bytes (1 line) of output, because the disk was full\n") !=
        std::string::npos);
}

TEST_CASE("crashes look as they should, and say how many more there are") {
  canned_now();
  const std::string text = crashes_text(canned_crashes(), "worker", plain_terminal(160));
  check_golden("crashes", text);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(crashes_text(json_from(R"({"kept": 0, "crashes": []})"), "worker", plain_terminal(80)) ==
        "worker has no crash records.\n");
}

TEST_CASE("a crash of a later or a strange supervisor breaks nothing") {
  canned_now();
  const Json odd = json_from(R"({"kept": "many", "crashes": [
      {"at": "\u001b[2J", "instance": 7, "reason": "exited", "output": [{"stream": "err"}, 7]},
      {"reason": "start failed", "error": "cannot run 'x'", "run_seconds": 0}, 7]})");
  const std::string text = crashes_text(odd, "worker", plain_terminal(80));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("an unknown status") != std::string::npos);
  CHECK(text.find("start failed\n  error    cannot run 'x'") != std::string::npos);
  CHECK(crash_summary(json_from(R"({"crashes": {"last": 7}})"), canned_now()).find('\x1b') ==
        std::string::npos);
}

TEST_CASE("show takes a spec of nested objects or of key and value pairs") {
  Json service = canned_get();
  service["spec"] = json_from(R"({"restart": {"policy": "always", "backoff": {"factor": 2}}})");
  std::string text = show_text(service, canned_now(), plain_terminal(80));
  CHECK(text.find("restart.policy          always") != std::string::npos);
  CHECK(text.find("restart.backoff.factor  2") != std::string::npos);
  service["spec"] = json_from(R"([{"key": "nice", "value": 5}])");
  text = show_text(service, canned_now(), plain_terminal(80));
  CHECK(text.find("      nice  5\n") != std::string::npos);
}

TEST_CASE("events are told in words") {
  CHECK(phrase("service_started", R"({"pid": "4711", "cause": "autostart"})") ==
        "started (autostart), pid 4711");
  CHECK(phrase("service_exited", R"({"code": "2", "cause": "exited"})") == "exited with code 2");
  CHECK(phrase("service_exited", R"({"signal": "TERM", "cause": "stopped"})") ==
        "died by signal TERM (stopped)");
  CHECK(phrase("service_exited", R"({"signal": "SEGV", "run_ms": "200", "core": "true"})") ==
        "died by signal SEGV after 0.2 s, core dumped");
  CHECK(phrase("service_exited", R"({"cause": "start failed", "error": "cannot run 'x'"})") ==
        "cannot run 'x'");
  CHECK(phrase("service_backoff", R"({"delay_ms": "4200", "cause": "unstable run",
                                      "attempt": "4", "max_restarts": "16"})") ==
        "start in 4.2 s after unstable run 4 of 16");
  CHECK(phrase("service_ready", "{}") == "ready");
  CHECK(phrase("service_failed", R"({"reason": "gave up"})") == "failed: gave up");
  CHECK(phrase("action", R"J({"verb": "restart", "who": "uid 1000 (pid 7)"})J") ==
        "restart, asked by uid 1000 (pid 7)");
  CHECK(phrase("action", R"({"verb": "scale", "who": "uid 1000", "user": "bob", "targets": "web",
                             "instances": "3", "result": "failed", "reason": "too many"})") ==
        "scale web to 3, asked by uid 1000 (bob): failed: too many");
  CHECK(phrase("action", R"({"verb": "signal", "signal": "HUP", "targets": "web", "who": "uid 0",
                             "result": "done"})") == "signal HUP web, asked by uid 0: done");
  CHECK(phrase("log_rotated", R"({"log": "a.log", "archive": "a_1.log", "cause": "size"})") ==
        "log rotated: a.log is now a_1.log (size)");
  CHECK(phrase("log_dropped", R"({"log": "a.out.log", "ended": "false"})") ==
        "log a.out.log: the disk is full, output is counted and thrown away until there is room");
  CHECK(phrase("log_dropped",
               R"({"log": "a.out.log", "ended": "true", "bytes": "12", "lines": "2"})") ==
        "log a.out.log: can be written again, 12 bytes (2 lines) are lost");
  CHECK(phrase("config_applied", R"({"file": "/e.yaml"})") == "configuration applied: /e.yaml");
  CHECK(phrase("config_applied", R"({"file": "/e.yaml", "rollback": "true"})") ==
        "configuration rolled back: /e.yaml");
  CHECK(phrase("action", R"({"verb": "config apply", "rollback": "true", "who": "uid 0",
                             "result": "accepted"})") ==
        "config apply --rollback, asked by uid 0: accepted");
  CHECK(phrase("supervisor_restarted", R"({"cause": "upgrade"})") ==
        "the controller was replaced; services went on");
  CHECK(phrase("supervisor_restarted", R"({"cause": "crash loop", "crashes": "5"})") ==
        "drain mode is over: a whole controller again, after 5 crashes");
  CHECK(phrase("action", R"({"verb": "shutdown", "why": "asked to stop by a signal"})") ==
        "shutdown: asked to stop by a signal");
}

TEST_CASE("what checks and limits have found is told with its reason") {
  CHECK(phrase("service_ready", R"({"after_ms": "503"})") == "ready after 503 ms");
  CHECK(phrase("service_unhealthy", R"({"reason": "tcp 8000: 3 of 3 failed: refused"})") ==
        "unhealthy: tcp 8000: 3 of 3 failed: refused");
  CHECK(phrase("monitor_down", R"({"monitor": "db", "check": "tcp", "target": "db:5432",
               "error": "connection refused on 10.0.0.7:5432"})") ==
        "monitor db (tcp db:5432) is down: connection refused on 10.0.0.7:5432");
  CHECK(phrase("monitor_up", R"({"monitor": "db", "check": "tcp", "target": "db:5432"})") ==
        "monitor db (tcp db:5432) is up again");
  CHECK(phrase("memory_exceeded", R"({"used_bytes": "2097152", "limit_bytes": "1048576"})") ==
        "used 2 MB of limits.memory 1 MB");
  CHECK(phrase("memory_exceeded", R"({"limit_bytes": "1048576", "killed": "true"})") ==
        "killed by the kernel at limits.memory 1 MB");
  CHECK(
      phrase("service_exited", R"({"signal": "TERM", "cause": "unhealthy", "note": "tcp 8000"})") ==
      "died by signal TERM (unhealthy: tcp 8000)");
}

TEST_CASE("an event of a later version is shown with all it says") {
  CHECK(phrase("service_thawed", R"({"for": "5m"})") == "service_thawed for=5m");
  CHECK(phrase("\x1b[2J", R"({"a\u001b": "b"})").find('\x1b') == std::string::npos);
}

TEST_CASE("an event line has the date, the name and what happened") {
  canned_now();
  const Json event = canned_why()["before"][1];
  CHECK(event_line(event, plain_terminal(80)) ==
        "2026-11-22 14:02:03  worker          died by signal SEGV after 0.2 s");
}

TEST_CASE("an event of another day carries its date") {
  const Json event{{"at", "2026-11-20T14:02:03.000Z"}};
  CHECK(event_time(event, canned_now()) == "2026-11-20 14:02:03");
}

TEST_CASE("what is waited for is named with how far it is") {
  ServiceView worker;
  worker.name = "worker";
  worker.state = "stopping";
  worker.known = PublicState::Stopping;
  worker.reason = "TERM sent 4 s ago, KILL in 6 s";
  ServiceView backend;
  backend.name = "backend";
  backend.state = "running";
  backend.known = PublicState::Running;
  Waiting waiting{"stopping"};
  waiting.update({worker, backend});
  CHECK(waiting.line(plain_terminal(80)) ==
        "stopping 2 … worker (TERM sent 4 s ago, KILL in 6 s), backend (running)");
  CHECK(waiting.names() == "worker (stopping), backend (running)");
}

}  // namespace mainstay::ctl
