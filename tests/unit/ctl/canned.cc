#include "unit/ctl/canned.h"

#include <doctest/doctest.h>
#include <time.h>

#include <cstdlib>

namespace mainstay::ctl {

namespace {

constexpr std::string_view kBackend = R"J({
  "name": "backend", "service": "backend", "instance": 0, "state": "running", "health": "healthy",
  "ready": true, "enabled": true, "pid": 4711, "started_at": "2026-11-22T11:59:00.000Z",
  "uptime_seconds": 7386.8, "restarts": 1, "unstable_runs": 0, "max_restarts": 16,
  "cpu_percent": 1.4, "memory_bytes": 48234496, "processes": 4, "threads": 9,
  "open_files": 61, "read_bytes_per_second": 0, "written_bytes_per_second": 12600,
  "ports": [8000],
  "last_exit": {"at": "2026-11-22T11:58:59.000Z", "code": 1, "signal": null, "reason": "exited",
                "run_seconds": 812.4},
  "next_start_at": null, "next_start_in_seconds": null, "kill_in_seconds": null, "checks": [],
  "reason": "running since 11:59:00; healthy")J";

constexpr std::string_view kDatabase = R"J({
  "name": "database", "service": "database", "instance": 0, "state": "running",
  "health": "healthy", "ready": true, "enabled": true, "pid": 4702,
  "started_at": "2026-11-22T11:58:00.000Z", "uptime_seconds": 7446.8, "restarts": 0,
  "unstable_runs": 0, "max_restarts": 16, "cpu_percent": 0.3, "memory_bytes": 22020096,
  "processes": 1, "open_files": 20, "ports": [5432], "last_exit": null, "next_start_at": null,
  "next_start_in_seconds": null, "kill_in_seconds": null, "checks": [],
  "reason": "running since 11:58:00; healthy"})J";

constexpr std::string_view kWorker = R"J({
  "name": "worker", "service": "worker", "instance": 0, "state": "backoff", "health": "none",
  "ready": false, "enabled": true, "pid": null, "started_at": null, "uptime_seconds": null,
  "restarts": 4, "unstable_runs": 4, "max_restarts": 16, "cpu_percent": null,
  "memory_bytes": null, "processes": null, "open_files": null, "ports": [],
  "last_exit": {"at": "2026-11-22T14:02:03.000Z", "code": null, "signal": "SEGV",
                "reason": "exited", "run_seconds": 0.2, "core_dumped": true},
  "next_start_at": "2026-11-22T14:02:11.000Z", "next_start_in_seconds": 4.2,
  "kill_in_seconds": null, "checks": [],
  "reason": "start in 4.2 s: its last run ended with signal 11 (SEGV) after 0.2 s"})J";

constexpr std::string_view kReport = R"J({
  "name": "report", "service": "report", "instance": 0, "state": "failed", "health": "none",
  "ready": false, "enabled": true, "pid": null, "started_at": null, "uptime_seconds": null,
  "restarts": 16, "unstable_runs": 16, "max_restarts": 16, "cpu_percent": null,
  "memory_bytes": null, "processes": null, "open_files": null, "ports": [],
  "last_exit": {"at": "2026-11-22T13:53:00.000Z", "code": 2, "signal": null, "reason": "exited",
                "run_seconds": 0.1},
  "next_start_at": null, "next_start_in_seconds": null, "kill_in_seconds": null, "checks": [],
  "reason": "17 unstable runs in a row (max_restarts 16), the last one: code 2"})J";

constexpr std::string_view kMore = R"J(,
  "limits": ["limits.memory 512M: by cgroup v2; restarted from 496 MB on, killed by the kernel at 512M"],
  "log": ["/var/log/mainstay/backend.out.log", "/var/log/mainstay/backend.err.log"],
  "spec": {"description": "REST API", "command": "[python3, main.py]", "cwd": "/srv/shop/backend",
           "env.PORT": "***", "restart.policy": "always", "restart.backoff.initial": "500ms"}})J";

constexpr std::string_view kWhyRest = R"J(,
  "headline": "worker is in backoff: its last run ended with signal 11 (SEGV) after 0.2 s, the 4th unstable run in a row (min_uptime is 10 s).",
  "next": "start in 4.2 s, at 14:02:11 (500 ms × 2³ ± 10 %)",
  "gives_up": "after 12 more unstable runs (max_restarts 16), in about 9 min at this pace",
  "before": [
    {"id": 810, "at": "2026-11-22T14:01:58.100Z", "kind": "service_started", "service": "worker",
     "instance": "worker", "data": {"pid": "4811", "cause": "unstable exit"}},
    {"id": 811, "at": "2026-11-22T14:02:03.000Z", "kind": "service_exited", "service": "worker",
     "instance": "worker", "data": {"signal": "SEGV", "run_ms": "200"}},
    {"id": 812, "at": "2026-11-22T14:02:03.000Z", "kind": "service_backoff", "service": "worker",
     "instance": "worker", "data": {"delay_ms": "8000", "cause": "unstable run", "attempt": "4", "max_restarts": "16"}}],
  "rules": ["restart.policy: always", "restart.min_uptime: 10s"],
  "last_words": {"stream": "err", "lines": ["connecting to db.internal:5432", "\u001b]0;owned\u0007Segmentation fault"]},
  "crashes": {"kept": 5, "last": {"at": "2026-11-22T14:02:03.000000Z", "service": "worker",
    "instance": "worker", "index": 0, "run": 17, "pid": 4811, "code": null, "signal": "SEGV",
    "core_dumped": true, "core": "/srv/shop/core.4811", "reason": "exited", "run_seconds": 0.2,
    "cpu_seconds": 0.1, "peak_memory_bytes": 48234496, "output": []}},
  "notes": ["core dump: /srv/shop/core.4811"], "try": ["ctl logs worker -n 50", "ctl show worker", "ctl stop worker"]
})J";

constexpr std::string_view kCrashes = R"J({"kept": 5, "crashes": [
  {"at": "2026-11-22T14:02:03.000000Z", "service": "worker", "instance": "worker", "index": 0,
   "run": 17, "pid": 4811, "code": null, "signal": "SEGV", "core_dumped": true,
   "core": "/srv/shop/core.4811", "reason": "exited", "run_seconds": 0.2, "cpu_seconds": 0.1,
   "peak_memory_bytes": 48234496,
   "output": [{"stream": "out", "lines": ["working"]},
     {"stream": "err", "cut": true,
      "lines": ["connecting to db.internal:5432", "\u001b]0;owned\u0007Segmentation fault"]}]},
  {"at": "2026-11-22T13:58:40.000000Z", "service": "worker", "instance": "worker", "index": 0,
   "run": 16, "pid": 4790, "code": null, "signal": "KILL", "reason": "exited",
   "run_seconds": 95.0, "cpu_seconds": 61.2, "peak_memory_bytes": 2147483648,
   "out_of_memory": "killed by the kernel: out of memory (Out of memory: Killed process 4790 (python3) total-vm:2306872kB)",
   "left_out": 3, "output": []}
]})J";

}  // namespace

Json json_from(std::string_view text) {
  auto parsed = parse_trusted_json(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return std::move(*parsed);
}

Json canned_list() {
  Json list = Json::array();
  list.push_back(json_from(std::string{kBackend} + "}"));
  for (const std::string_view text : {kDatabase, kWorker, kReport})
    list.push_back(json_from(text));
  return Json{{"services", std::move(list)}};
}

Json canned_get() {
  return json_from(std::string{kBackend}.append(kMore));
}

Json canned_why() {
  return json_from(std::string{R"J({"service": )J"}.append(kWorker).append(kWhyRest));
}

Json canned_crashes() {
  return json_from(kCrashes);
}

WallTime canned_now() {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  return *parse_rfc3339("2026-11-22T14:02:06.800Z");
}

Terminal plain_terminal(std::size_t width) {
  if (width == 0) return {};
  Terminal terminal;
  terminal.interactive = true;
  terminal.symbols = true;
  terminal.width = width;
  terminal.height = 24;
  return terminal;
}

Terminal colour_terminal(std::size_t width) {
  Terminal terminal = plain_terminal(width);
  terminal.colour = true;
  return terminal;
}

Json canned_availability() {
  return json_from(R"({"from": "2026-11-15T14:02:06.800Z", "to": "2026-11-22T14:02:06.800Z",
    "services": [
      {"service": "backend", "uptime_percent": 99.9966, "up_seconds": 604779.6,
       "down_seconds": 20.4, "not_wanted_seconds": 0, "unknown_seconds": 0, "failures": 4,
       "mtbf_seconds": 151194.9, "mttr_seconds": 5.1,
       "restarts": {"exited": 3, "restart asked for": 1, "unhealthy": 1}},
      {"service": "report", "uptime_percent": null, "up_seconds": 0, "down_seconds": 0,
       "not_wanted_seconds": 604800, "unknown_seconds": 0, "failures": 0, "mtbf_seconds": null,
       "mttr_seconds": null, "restarts": {}},
      {"service": "worker", "uptime_percent": 97.2, "up_seconds": 587865.6,
       "down_seconds": 16934.4, "not_wanted_seconds": 0, "unknown_seconds": 0, "failures": 19,
       "mtbf_seconds": 30940.3, "mttr_seconds": 891.3, "restarts": {"memory limit": 19}}]})");
}

}  // namespace mainstay::ctl
