#include <doctest/doctest.h>

#include "ctl/json_fields.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/run.h"

namespace mainstay::ctl {

namespace {

using namespace std::chrono_literals;

Json page(std::int64_t first, std::int64_t last) {
  Json entries = Json::array();
  for (std::int64_t id = first; id <= last; ++id) {
    entries.push_back({{"id", id},
                       {"at", "2026-11-22T14:00:00.000Z"},
                       {"data", {{"verb", "restart"}, {"result", "done"}}}});
  }
  return {{"entries", entries}};
}

}  // namespace

TEST_CASE("audit lists the latest fifty, or all of a time, page by page") {
  FakeSupervisor supervisor;
  supervisor.on("audit.list", [](const Json& params) {
    if (!params.contains("since")) return result(page(1, 3));
    return result(params.contains("before") ? page(1, 200) : page(201, 1200));
  });
  const Ran few = run(supervisor, {"audit", "backend"});
  CHECK(few.code == CtlExit::Done);
  CHECK(few.out.starts_with("TIME "));
  const Ran all = run(supervisor, {"audit", "--since", "2026-11-22T10:00:00Z", "--json"});
  const Json read = json_from(all.out);
  REQUIRE(read["entries"].size() == 1200);
  CHECK(read["entries"][0]["id"] == 1);
  CHECK(read["entries"][1199]["id"] == 1200);
  const auto requests = supervisor.requests("audit.list");
  REQUIRE(requests.size() == 3);
  CHECK(requests[0] == Json{{"targets", {"backend"}}, {"limit", 50}});
  CHECK(requests[1] == Json{{"since", "2026-11-22T10:00:00.000000Z"}, {"limit", 1000}});
  CHECK(requests[2]["before"] == 201);
}

TEST_CASE("audit verify exits with 1 when the chain is broken, also as JSON") {
  FakeSupervisor supervisor;
  bool ok = true;
  supervisor.on("audit.verify", [&](const Json&) {
    return result({{"ok", ok}, {"entries", 3}, {"first", 1}, {"last", 3}, {"head", "ab"}});
  });
  CHECK(run(supervisor, {"audit", "verify"}).code == CtlExit::Done);
  ok = false;
  CHECK(run(supervisor, {"audit", "verify"}).code == CtlExit::Failed);
  const Ran json = run(supervisor, {"audit", "verify", "--head", "cd", "--json"});
  CHECK(json.code == CtlExit::Failed);
  CHECK(json_from(json.out)["ok"] == false);
  const auto requests = supervisor.requests("audit.verify");
  REQUIRE(requests.size() == 3);
  CHECK(requests[0] == Json{{"progress", false}});
  CHECK(requests[2]["head"] == "cd");
}

TEST_CASE("what goes not together with audit is a usage error") {
  FakeSupervisor supervisor;
  for (const Words& words :
       {Words{"audit", "-n", "0"}, Words{"audit", "--head", "ab"},
        Words{"audit", "--since", "nonsense"}, Words{"audit", "verify", "backend"},
        Words{"audit", "verify", "-n", "3"}}) {
    const Ran ran = run(supervisor, words);
    CHECK(ran.code == CtlExit::Usage);
    CHECK_FALSE(ran.err.empty());
  }
  CHECK(supervisor.requests("audit.list").empty());
}

TEST_CASE("a service of the name verify is asked for after --") {
  FakeSupervisor supervisor;
  supervisor.on("audit.list", [](const Json&) { return result(page(1, 0)); });
  const Ran ran = run(supervisor, {"audit", "--", "verify"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("nobody has asked") != std::string::npos);
  CHECK(supervisor.requests("audit.list")[0]["targets"] == Json{"verify"});
}

}  // namespace mainstay::ctl
