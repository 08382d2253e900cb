// Events and what is reckoned from them, as ctl shows them.
#include <doctest/doctest.h>

#include "ctl/context.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/fake_supervisor.h"
#include "unit/ctl/golden.h"
#include "unit/ctl/run.h"

namespace mainstay::ctl {

TEST_CASE("events of a time are read page by page") {
  FakeSupervisor supervisor;
  const auto page = [](int first, int count) {
    Json events = Json::array();
    for (int id = first; id < first + count; ++id)
      events.push_back(Json{{"id", id}, {"kind", "service_ready"}});
    return Json{{"events", events}, {"next", first + count}};
  };
  supervisor.on("events.list", [&](const Json& params) {
    const int from = params["from"].get<int>();
    return result(from == 0 ? page(1, 1000) : page(from, 3));
  });
  const Ran ran = run(supervisor, {"events", "--since", "1h", "--json"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(json_from(ran.out)["events"].size() == 1003);
  CHECK(json_from(ran.out)["next"] == 1004);
  const auto requests = supervisor.requests("events.list");
  REQUIRE(requests.size() == 2);
  CHECK(requests[0]["since"] == requests[1]["since"]);
  CHECK(requests[1]["from"] == 1001);
}

TEST_CASE("events of a time with -n are the latest, and what is wrong is said") {
  FakeSupervisor supervisor;
  supervisor.on("events.list", [](const Json&) {
    return result(Json{{"events", Json::array()}, {"next", 5}, {"incomplete", "history is off"}});
  });
  const Ran ran = run(supervisor, {"events", "--since", "1h", "-n", "7"});
  CHECK(ran.err == "ctl: older events cannot be read: history is off\n");
  const auto requests = supervisor.requests("events.list");
  REQUIRE(requests.size() == 1);
  CHECK(requests[0]["limit"] == 7);
  CHECK_FALSE(requests[0].contains("from"));
  CHECK(run(supervisor, {"events", "--since", "never"}).code == CtlExit::Usage);
  CHECK(run(supervisor, {"events", "-f", "--until", "1h"}).code == CtlExit::Usage);
}

TEST_CASE("availability is a table, by service or by day") {
  FakeSupervisor supervisor;
  Json params;
  supervisor.on("history.availability", [&](const Json& asked) {
    params = asked;
    return result(canned_availability());
  });
  canned_now();
  check_golden("availability", run(supervisor, {"availability"}).out);
  CHECK(params == Json::object());
  CHECK(run(supervisor, {"availability", "--json"}).out == dump_json(canned_availability()) + "\n");
  run(supervisor, {"availability", "web", "--days", "--since", "2026-11-20"});
  CHECK(params["days"] == true);
  CHECK(params["since"] == "2026-11-20T00:00:00.000000Z");
  CHECK(run(supervisor, {"availability", "--until", "x"}).code == CtlExit::Usage);
}

}  // namespace mainstay::ctl
