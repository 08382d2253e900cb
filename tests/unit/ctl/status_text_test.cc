#include "ctl/status_text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/drain_text.h"
#include "ctl/json_fields.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

std::vector<ServiceView> canned() {
  return views_of(list_of(canned_list(), "services"));
}

std::vector<ServiceView> awkward() {
  Json list = canned_list();
  list["services"][0]["name"] = "payments-reconciliation-worker-for-the-european-region:12";
  list["services"][1]["name"] = "データベース";
  list["services"][1]["ports"] = Json{5432, 5433, 6432, 9187, 9188};
  list["services"][2]["state"] = "stopping";
  list["services"][2]["kill_in_seconds"] = 6.0;
  list["services"][3]["last_exit"] = Json{{"at", "2026-11-22T13:53:00.000Z"},
                                          {"code", nullptr},
                                          {"signal", nullptr},
                                          {"reason", "start failed"},
                                          {"run_seconds", 0},
                                          {"start_failure",
                                           "cannot run 'pyhton3' for report: no "
                                           "such program in PATH /usr/bin:/bin"}};
  return views_of(list_of(list, "services"));
}

}  // namespace

TEST_CASE("status looks as the design says, at every width") {
  const WallTime now = canned_now();
  check_golden("status_pipe", status_text(canned(), now, plain_terminal(0)));
  for (const std::size_t width : {160U, 100U, 60U, 40U}) {
    check_golden(fmt::format("status_{}", width),
                 status_text(canned(), now, plain_terminal(width)));
    check_golden(fmt::format("status_awkward_{}", width),
                 status_text(awkward(), now, plain_terminal(width)));
  }
  check_golden("status_colour", status_text(canned(), now, colour_terminal(160)));
}

TEST_CASE("drain mode is said below the table, in lines that fit, and only while there is one") {
  const Json drained{{"drain", {{"message", "drain mode since 14:02:11: and so on and so on"}}}};
  CHECK(drain_text(drained, plain_terminal(0)) ==
        "The supervisor is in drain mode since 14:02:11: and so on and so on.\n");
  CHECK(drain_text(drained, plain_terminal(40)) ==
        "The supervisor is in drain mode since\n14:02:11: and so on and so on.\n");
  CHECK(drain_text(Json{{"drain", nullptr}}, plain_terminal(40)).empty());
  CHECK(drain_text(Json::object(), plain_terminal(40)).empty());
}

TEST_CASE("a history that is paused or off is said below the table, but not in drain mode") {
  const Json paused{{"history", {{"state", "paused"}, {"reason", "the disk is full"}}}};
  CHECK(supervisor_text(paused, plain_terminal(0)) == "The history is paused: the disk is full.\n");
  const Json on{{"history", {{"state", "on"}, {"reason", nullptr}}}};
  CHECK(supervisor_text(on, plain_terminal(0)).empty());
  const Json drained{{"drain", {{"message", "drain mode"}}},
                     {"history", {{"state", "off"}, {"reason", "drain mode"}}}};
  CHECK(supervisor_text(drained, plain_terminal(0)) == "The supervisor is in drain mode.\n");
}

TEST_CASE("no line of a status is wider than the terminal, at any width") {
  const WallTime now = canned_now();
  for (std::size_t width = 20; width < 180; ++width) {
    const std::string text = status_text(awkward(), now, plain_terminal(width));
    const auto lines = split(text, '\n');
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      const bool counts = lines[i].find(", ") != std::string_view::npos && lines[i].ends_with('.');
      INFO("width ", width, ": ", std::string{lines[i]});
      CHECK((counts || display_width(lines[i]) <= width));
    }
  }
}

TEST_CASE("the footer counts states and names the latest trouble first") {
  CHECK(counts_text(canned()) == "2 running, 1 waiting to restart, 1 failed.");
  const auto lines = attention(canned(), plain_terminal(0));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "worker: dies 0.2 s after start with SIGSEGV - ctl why worker");
  CHECK(lines[1] == "report: gave up, died 0.1 s after start with code 2 - ctl why report");
}

TEST_CASE("a log that cannot be written needs attention, whatever else the service does well") {
  Json list = canned_list();
  list["services"][0]["log_trouble"] = json_from(R"({"file": "backend.out.log", "dropping": true,
      "reason": "no space left on device", "since": "2026-11-22T10:03:12.000Z"})");
  const auto services = views_of(list_of(list, "services"));
  const auto lines = attention(services, plain_terminal(0));
  REQUIRE(lines.size() == 3);
  CHECK(lines[2] ==
        "backend: log backend.out.log cannot be written since 10:03:12: no space left on device; "
        "its output is thrown away - ctl why backend");
}

TEST_CASE("the footer names at most three and counts the rest") {
  Json list = canned_list();
  for (int i = 0; i < 6; ++i)
    list["services"].push_back(list["services"][3]);
  const auto services = views_of(list_of(list, "services"));
  const std::string footer = status_footer(services, plain_terminal(160));
  CHECK(footer.find("\nand 5 more\n") != std::string::npos);
}

TEST_CASE("no services: the status says what to do") {
  CHECK(status_text({}, canned_now(), plain_terminal(80)).find("services:") != std::string::npos);
}

TEST_CASE("status exits with 3 unless everything asked for is up") {
  auto services = canned();
  CHECK(status_exit(services, false) == CtlExit::NotRunning);
  services.resize(2);
  CHECK(status_exit(services, true) == CtlExit::Done);
  services[0].health = "unhealthy";
  CHECK(status_exit(services, true) == CtlExit::NotRunning);
  services[0] = services[1];
  services[0].known = PublicState::Stopped;
  CHECK(status_exit(services, false) == CtlExit::NotRunning);
}

TEST_CASE("what has done its work is fine unless it was asked for by name") {
  ServiceView done;
  done.known = PublicState::Exited;
  done.last_exit = LastExitView{};
  done.last_exit->code = 0;
  const std::vector services = {done};
  CHECK(status_exit(services, false) == CtlExit::Done);
  CHECK(status_exit(services, true) == CtlExit::NotRunning);
  done.last_exit->code = 3;
  CHECK(status_exit(std::vector{done}, false) == CtlExit::NotRunning);
}

TEST_CASE("a service object with nothing or with nonsense in it is still shown") {
  for (const char* text : {"{}", "null", "[]", R"({"name": 5, "state": {}, "pid": "x"})",
                           R"({"name": "a", "state": "levitating", "uptime_seconds": 1e300})",
                           R"({"name": "a", "last_exit": [], "ports": {"a": 1}})"}) {
    const std::vector services = {view_of(json_from(text))};
    CHECK_FALSE(status_text(services, canned_now(), plain_terminal(120)).empty());
  }
}

TEST_CASE("what a supervisor sends cannot command the terminal") {
  Json service = canned_list()["services"][2];
  service["name"] = "evil\x1b]0;owned\x07\n";
  service["last_exit"]["start_failure"] = "\x1b[2J";
  const std::vector services = {view_of(service)};
  const std::string text = status_text(services, canned_now(), plain_terminal(160));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
}

}  // namespace mainstay::ctl
