// ctl logs rotate, flush and usage.
#include <doctest/doctest.h>

#include "mainstay/protocol.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/run.h"

namespace mainstay::ctl {

namespace {

Json all_targets() {
  return Json{{"targets", Json::array({"all"})}};
}

}  // namespace

TEST_CASE("logs rotate says for each log what became of it; without a target all are meant") {
  FakeSupervisor supervisor;
  supervisor.on("logs.rotate", [](const Json&) {
    return result(json_from(R"({"results": [
        {"name": "web", "log": "web.out.log", "ok": true, "outcome": "rotated",
         "archive": "web.out_20261122_110007.log"},
        {"name": "web", "log": "web.err.log", "ok": true, "outcome": "waits"},
        {"name": "api", "log": "api.log", "ok": true, "outcome": "empty"}]})"));
  });
  const Ran ran = run(supervisor, {"logs", "rotate"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out ==
        "  + web.out.log  is now web.out_20261122_110007.log\n"
        "  + web.err.log  is rotated when its last line ends\n"
        "  + api.log      is empty\n");
  run(supervisor, {"logs", "rotate", "web", "@x"});
  CHECK(supervisor.requests("logs.rotate") ==
        std::vector{all_targets(), Json{{"targets", Json::array({"web", "@x"})}}});
}

TEST_CASE("a log that could not be rotated makes the exit code 1, also with --json") {
  FakeSupervisor supervisor;
  supervisor.on("logs.rotate", [](const Json&) {
    return result(json_from(R"({"results": [{"name": "web", "log": "web.out.log", "ok": false,
        "outcome": "failed", "message": "cannot rotate log \u001b[2J: no"}]})"));
  });
  Ran ran = run(supervisor, {"logs", "rotate", "web"});
  CHECK(ran.code == CtlExit::Failed);
  CHECK(ran.out.find("cannot rotate log \\x1b[2J: no") != std::string::npos);
  ran = run(supervisor, {"logs", "rotate", "web", "--json"});
  CHECK(ran.code == CtlExit::Failed);
  CHECK(json_from(ran.out)["results"][0]["ok"] == Json(false));
}

TEST_CASE("logs flush says what it has freed") {
  FakeSupervisor supervisor;
  supervisor.on("logs.flush", [](const Json&) {
    return result(Json{{"freed_bytes", 48'234'496}});
  });
  CHECK(run(supervisor, {"logs", "flush"}).out == "freed 46 MB\n");
  CHECK(run(supervisor, {"logs", "flush", "web", "--json"}).out == "{\"freed_bytes\":48234496}\n");
  CHECK(supervisor.requests("logs.flush") ==
        std::vector{all_targets(), Json{{"targets", Json::array({"web"})}}});
}

TEST_CASE("logs usage asks for what was named, and survives a strange answer") {
  FakeSupervisor supervisor;
  supervisor.on("logs.usage", [](const Json&) {
    return result(json_from(R"({"services": [{"service": "web", "live_bytes": -5}, 7],
                                "total_bytes": "x"})"));
  });
  const Ran ran = run(supervisor, {"logs", "usage", "web"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out.find("web") != std::string::npos);
  CHECK(supervisor.requests("logs.usage") == std::vector{Json{{"targets", Json::array({"web"})}}});
}

TEST_CASE(
    "a service that is called like one of the words is reached behind -- and by its instance") {
  FakeSupervisor supervisor;
  supervisor.on("services.list", [](const Json&) { return result(canned_list()); });
  supervisor.on("logs.follow", [](const Json&) { return result(Json{{"ended", true}}); });
  CHECK(run(supervisor, {"logs", "--", "rotate"}).code == CtlExit::Done);
  CHECK(run(supervisor, {"logs", "flush:0"}).code == CtlExit::Done);
  CHECK(run(supervisor, {"logs", "web", "usage"}).code == CtlExit::Done);
  const auto asked = supervisor.requests("logs.follow");
  REQUIRE(asked.size() == 3);
  CHECK(asked[0]["targets"] == Json::array({"rotate"}));
  CHECK(asked[1]["targets"] == Json::array({"flush:0"}));
  CHECK(supervisor.requests("logs.rotate").empty());
}

TEST_CASE("options for reading make no sense with them and are refused") {
  FakeSupervisor supervisor;
  for (const char* word : {"rotate", "flush", "usage"}) {
    const Ran ran = run(supervisor, {"logs", word, "-n", "5"});
    CHECK(ran.code == CtlExit::Usage);
    CHECK(ran.err.find("ctl logs -- ") != std::string::npos);
  }
}

TEST_CASE("who may not is told so") {
  FakeSupervisor supervisor;
  supervisor.on("logs.flush", [](const Json&) {
    return error(static_cast<int>(RpcError::Denied), "needs more rights", "denied");
  });
  CHECK(run(supervisor, {"logs", "flush", "web"}).code == CtlExit::Denied);
}

}  // namespace mainstay::ctl
