#include <doctest/doctest.h>

#include "ctl/json_fields.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/run.h"

namespace mainstay::ctl {

namespace {

using namespace std::chrono_literals;

Json canned_points() {
  return json_from(R"({"series": [{"kind": "instance", "name": "backend", "service": "backend",
      "metric": "memory_bytes", "step_seconds": 300.0, "points": [
        {"at": "2026-11-22T14:00:00.000Z", "mean": 48234496, "max": 48234497}]}]})");
}

Json canned_metrics() {
  return json_from(R"({"series": [{"kind": "instance", "name": "backend", "service": "backend",
      "metrics": [{"metric": "threads", "at": "2026-11-22T14:02:01.000Z", "value": 12}]}]})");
}

}  // namespace

TEST_CASE("history asks for the last hour of a metric, or for its metrics") {
  FakeSupervisor supervisor;
  supervisor.on("history.query", [](const Json& params) {
    return result(params.contains("metric") ? canned_points() : canned_metrics());
  });
  CHECK(run(supervisor, {"history", "backend"}).out.starts_with("NAME "));
  const Ran ran = run(supervisor, {"history", "backend", "memory_bytes", "--step", "5m"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out.find("46 MB") != std::string::npos);
  CHECK(run(supervisor, {"history", "backend", "memory_bytes", "--json", "--since",
                         "2026-11-22T10:00:00Z", "--until", "2026-11-22T11:00:00Z"})
            .out == dump_json(canned_points()) + "\n");
  const auto requests = supervisor.requests("history.query");
  REQUIRE(requests.size() == 3);
  CHECK(requests[0] == Json{{"targets", {"backend"}}});
  CHECK(requests[1]["step"] == "5m");
  CHECK(*parse_rfc3339(requests[1]["to"].get<std::string>()) -
            *parse_rfc3339(requests[1]["from"].get<std::string>()) ==
        1h);
  CHECK(requests[2]["from"] == "2026-11-22T10:00:00.000000Z");
  CHECK(requests[2]["to"] == "2026-11-22T11:00:00.000000Z");
}

TEST_CASE("times that cannot be are a usage error") {
  FakeSupervisor supervisor;
  const Ran nonsense = run(supervisor, {"history", "a", "ports", "--since", "nonsense"});
  CHECK(nonsense.code == CtlExit::Usage);
  CHECK(nonsense.err.find("--since: ") != std::string::npos);
  const Ran turned = run(supervisor, {"history", "a", "ports", "--until", "2h", "--since", "1h"});
  CHECK(turned.code == CtlExit::Usage);
  CHECK(turned.err.find("--since must be before --until") != std::string::npos);
  CHECK(supervisor.requests("history.query").empty());
}

}  // namespace mainstay::ctl
