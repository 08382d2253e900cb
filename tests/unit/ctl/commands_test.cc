#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "ctl/context.h"
#include "ctl/proposal.h"
#include "ctl/verb.h"
#include "mainstay/protocol.h"
#include "mainstay/version.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/fake_supervisor.h"
#include "unit/ctl/golden.h"
#include "unit/ctl/run.h"

namespace mainstay::ctl {

namespace {

Reply results(bool ok, const char* state, const char* message) {
  return result(Json{
      {"results", Json::array({Json{
                      {"name", "worker"}, {"ok", ok}, {"state", state}, {"message", message}}})}});
}

Reply info(const FakeSupervisor& supervisor) {
  return result(Json{{"name", "shop"},
                     {"version", std::string{kVersion}},
                     {"pid", ::getpid()},
                     {"config", (supervisor.folder() / "ecosystem.yaml").native()}});
}

void write_config(const FakeSupervisor& supervisor, const char* text) {
  std::ofstream{supervisor.folder() / "ecosystem.yaml"} << text;
}

}  // namespace

TEST_CASE("status asks for the targets and exits with 3 when one is not up") {
  FakeSupervisor supervisor;
  supervisor.on("services.list", [](const Json&) { return result(canned_list()); });
  const Ran ran = run(supervisor, {"status", "@web", "db"});
  CHECK(ran.code == CtlExit::NotRunning);
  CHECK(ran.out.starts_with("NAME"));
  CHECK(ran.err.empty());
  CHECK(supervisor.requests("services.list") == std::vector{Json{{"targets", {"@web", "db"}}}});
}

TEST_CASE("with --json the result is printed as it came, and nothing else") {
  FakeSupervisor supervisor;
  supervisor.on("services.list", [](const Json&) { return result(canned_list()); });
  supervisor.on("services.get", [](const Json&) { return result(canned_get()); });
  supervisor.on("services.why", [](const Json&) { return result(canned_why()); });
  CHECK(run(supervisor, {"status", "--json"}).out == dump_json(canned_list()) + "\n");
  CHECK(run(supervisor, {"--json", "show", "backend"}).out == dump_json(canned_get()) + "\n");
  CHECK(run(supervisor, {"why", "--json", "worker"}).out == dump_json(canned_why()) + "\n");
}

TEST_CASE("why and show explain a monitor where there is no such service, and nothing else does") {
  FakeSupervisor supervisor;
  const auto none = [](const Json&) {
    return error(static_cast<int>(RpcError::NoSuchTarget), "no service named 'db'",
                 "no_such_service");
  };
  supervisor.on("services.why", none);
  supervisor.on("services.get", none);
  Reply monitors = result(json_from(R"({"monitors": [{"name": "db", "state": "up"}]})"));
  supervisor.on("monitors.list", [&monitors](const Json&) { return monitors; });
  CHECK(run(supervisor, {"why", "db"}).out == "db is up: not looked at yet\n");
  CHECK(run(supervisor, {"show", "db"}).out.starts_with("db  up, a monitor\n"));
  CHECK(run(supervisor, {"--json", "why", "db"}).out.starts_with("{"));
  for (const char* name : {"all", "d*"}) {
    const Ran ran = run(supervisor, {"why", name});
    CHECK(ran.code == CtlExit::NoSuchTarget);
  }
  const Json asked{{"targets", {"db"}}, {"history", true}};
  CHECK(supervisor.requests("monitors.list") == std::vector{asked, asked, asked});
  monitors = none({});
  CHECK(run(supervisor, {"why", "db"}).err == "ctl: no service named 'db'\n");
}

TEST_CASE("show --crashes asks for some records, and -n is for it alone") {
  FakeSupervisor supervisor;
  supervisor.on("services.crashes", [](const Json&) { return result(canned_crashes()); });
  const Ran ran = run(supervisor, {"show", "worker", "--crashes"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out.find("signal SEGV") != std::string::npos);
  CHECK(run(supervisor, {"show", "worker", "--crashes", "-n", "20", "--json"}).out ==
        dump_json(canned_crashes()) + "\n");
  CHECK(
      supervisor.requests("services.crashes") ==
      std::vector{Json{{"name", "worker"}, {"limit", 5}}, Json{{"name", "worker"}, {"limit", 20}}});
  for (const char* bad : {"--lines=0", "--lines=21", "--lines=x", "--lines=-1", "--lines=5x"})
    CHECK(run(supervisor, {"show", "worker", "--crashes", bad}).code == CtlExit::Usage);
  CHECK(run(supervisor, {"show", "worker", "-n", "5"}).code == CtlExit::Usage);
}

TEST_CASE("what the supervisor refuses becomes one line and an exit code") {
  struct Case {
    RpcError rpc;
    CtlExit code;
  };
  for (const Case& c :
       {Case{RpcError::NoSuchTarget, CtlExit::NoSuchTarget},
        Case{RpcError::Denied, CtlExit::Denied}, Case{RpcError::NotRunning, CtlExit::NotRunning},
        Case{RpcError::TimedOut, CtlExit::TimedOut}, Case{RpcError::Failed, CtlExit::Failed},
        Case{RpcError::InvalidParams, CtlExit::Usage}}) {
    FakeSupervisor supervisor;
    supervisor.on("services.get", [&](const Json&) {
      return error(static_cast<int>(c.rpc), "no service named 'bakend'; did you mean 'backend'?",
                   "no_such_service");
    });
    const Ran ran = run(supervisor, {"show", "bakend", "--json"});
    CHECK(ran.code == c.code);
    CHECK(ran.out.empty());
    CHECK(ran.err == "ctl: no service named 'bakend'; did you mean 'backend'?\n");
  }
}

TEST_CASE("whether a file would change anything is known only of a supervisor that tells") {
  FakeSupervisor supervisor;
  const auto ask = [](const std::filesystem::path& socket) {
    Client client{socket};
    return would_change(client, "/srv/shop.yaml", kAnswerTime);
  };
  for (const bool changes : {true, false}) {
    supervisor.on("config.plan", [=](const Json&) { return result(Json{{"changes", changes}}); });
    CHECK(ask(supervisor.socket()) == changes);
  }
  CHECK(supervisor.requests("config.plan")[0] == Json{{"file", "/srv/shop.yaml"}});
  supervisor.on("config.plan", [](const Json&) {
    return error(static_cast<int>(RpcError::Denied), "only root may ask", "denied");
  });
  CHECK_FALSE(ask(supervisor.socket()));
  CHECK_FALSE(ask("/nonexistent/control.sock"));
}

TEST_CASE("nobody there is exit code 5 and says how to start one") {
  const Ran ran = run("/nonexistent/control.sock", {"status"});
  CHECK(ran.code == CtlExit::Unreachable);
  CHECK(ran.err.find("/nonexistent/control.sock") != std::string::npos);
  CHECK(ran.err.find("ctl up") != std::string::npos);
}

TEST_CASE("a supervisor that does not answer in time is exit code 7") {
  FakeSupervisor supervisor;
  supervisor.on("supervisor.ping", [](const Json&) { return Reply{}; });
  CHECK(run(supervisor, {"ping", "--timeout", "50ms"}).code == CtlExit::TimedOut);
}

TEST_CASE("start waits and shows every result") {
  FakeSupervisor supervisor;
  supervisor.on("services.start", [](const Json&) { return results(true, "running", ""); });
  const Ran ran = run(supervisor, {"start", "worker"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out == "  + worker  running\n");
  CHECK(supervisor.requests("services.start") ==
        std::vector{Json{{"targets", {"worker"}}, {"wait", true}, {"progress", true}}});
}

TEST_CASE("with --no-wait nothing is waited for") {
  FakeSupervisor supervisor;
  supervisor.on("services.stop", [](const Json&) { return results(true, "stopping", ""); });
  CHECK(run(supervisor, {"stop", "worker", "--no-wait"}).code == CtlExit::Done);
  CHECK(supervisor.requests("services.stop") ==
        std::vector{Json{{"targets", {"worker"}}, {"wait", false}}});
}

TEST_CASE("one that did not do as asked makes exit code 1 and names where to look") {
  FakeSupervisor supervisor;
  supervisor.on("services.restart",
                [](const Json&) { return results(false, "failed", "cannot run 'x'"); });
  const Ran ran = run(supervisor, {"restart", "worker"});
  CHECK(ran.code == CtlExit::Failed);
  CHECK(ran.out == "  x worker  failed: cannot run 'x'\n");
  CHECK(ran.err == "ctl: the restart of worker did not go as asked; ctl why worker\n");
}

TEST_CASE("progress names who is waited for, and a timeout says what goes on") {
  FakeSupervisor supervisor;
  supervisor.on("services.stop", [](const Json&) {
    Reply reply;
    reply.items.push_back(
        Json{{"waiting", Json::array({Json{{"name", "worker"},
                                           {"state", "stopping"},
                                           {"reason", "TERM sent 4 s ago, KILL in 6 s"}}})}});
    return reply;
  });
  // What the supervisor says has to come in time, however busy the machine is.
  const Ran ran = run(supervisor, {"stop", "worker", "--timeout", "5s"});
  CHECK(ran.code == CtlExit::TimedOut);
  CHECK(ran.err ==
        "stopping 1 ... worker (TERM sent 4 s ago, KILL in 6 s)\n"
        "ctl: still stopping: worker (stopping); the stop goes on; ctl status shows it\n");
}

TEST_CASE("scale takes a number, more and fewer") {
  FakeSupervisor supervisor;
  supervisor.on("services.scale", [](const Json&) { return results(true, "running", ""); });
  CHECK(run(supervisor, {"scale", "web", "3"}).code == CtlExit::Done);
  CHECK(run(supervisor, {"scale", "web", "+1"}).code == CtlExit::Done);
  CHECK(run(supervisor, {"scale", "web", "-1"}).code == CtlExit::Done);
  const auto requests = supervisor.requests("services.scale");
  REQUIRE(requests.size() == 3);
  CHECK(requests[0]["instances"] == Json(3));
  CHECK(requests[1]["instances"] == Json("+1"));
  CHECK(requests[2]["instances"] == Json("-1"));
  CHECK(run(supervisor, {"scale", "web", "many"}).code == CtlExit::Usage);
  CHECK(run(supervisor, {"scale", "web", "+"}).code == CtlExit::Usage);
}

TEST_CASE("signal takes names and numbers and refuses what is none") {
  FakeSupervisor supervisor;
  supervisor.on("services.signal", [](const Json&) { return results(true, "running", ""); });
  for (const char* word : {"HUP", "sighup", "1", "-1", "-HUP"}) {
    if (std::string_view{word} == "-HUP") continue;  // an option to the parser
    CHECK(run(supervisor, {"signal", word, "web"}).code == CtlExit::Done);
    CHECK(supervisor.requests("services.signal").back()["signal"] == Json("HUP"));
  }
  const Ran ran = run(supervisor, {"signal", "NOSUCH", "web"});
  CHECK(ran.code == CtlExit::Usage);
  CHECK(ran.err.starts_with("ctl: 'NOSUCH' is no signal"));
}

TEST_CASE("logs prints lines as they are, one object a line with --json") {
  const Json one{{"at", "2026-11-22T14:02:03.123Z"},
                 {"service", "a"},
                 {"instance", "a"},
                 {"stream", "out"},
                 {"text", "hello"}};
  FakeSupervisor supervisor;
  supervisor.on("services.list", [](const Json&) {
    return result(Json{{"services", Json::array({Json{{"name", "a"}}})}});
  });
  supervisor.on("logs.follow", [&](const Json&) {
    Reply reply = result(Json{{"ended", true}});
    reply.items.push_back(Json{{"lines", Json::array({one, one})}});
    return reply;
  });
  CHECK(run(supervisor, {"logs", "a", "-n", "2", "--stream", "out"}).out == "hello\nhello\n");
  CHECK(supervisor.requests("logs.follow") ==
        std::vector{Json{{"targets", {"a"}}, {"lines", 2}, {"follow", false}, {"stream", "out"}}});
  CHECK(run(supervisor, {"logs", "a", "--json"}).out ==
        dump_json(one) + "\n" + dump_json(one) + "\n");
}

TEST_CASE("logs -f goes on after the controller was replaced, and repeats nothing") {
  const auto line = [](const char* text, const char* at) {
    return Json{{"at", at}, {"service", "a"}, {"instance", "a"}, {"stream", "out"}, {"text", text}};
  };
  const Json first = line("1", "2026-11-22T14:00:01.000Z");
  const Json second = line("2", "2026-11-22T14:00:02.000Z");
  int calls = 0;
  FakeSupervisor supervisor;
  supervisor.on("services.list", [](const Json&) {
    return result(Json{{"services", Json::array({Json{{"name", "a"}}})}});
  });
  supervisor.on("supervisor.info", [&](const Json&) { return info(supervisor); });
  supervisor.on("supervisor.ping", [](const Json&) { return result(Json{{"pong", true}}); });
  supervisor.on("logs.follow", [&](const Json&) {
    Reply reply;
    if (++calls == 1) {
      reply.items.push_back(Json{{"lines", Json::array({first})}});
      reply.hang_up = true;
      return reply;
    }
    reply = result(Json{{"ended", true}});
    reply.items.push_back(Json{{"lines", Json::array({first, second})}});
    return reply;
  });
  const Ran ran = run(supervisor, {"logs", "-f", "a"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out == "1\n2\n");
  CHECK(ran.err ==
        "ctl: lost the connection to the supervisor; trying again\n"
        "ctl: connected again\n");
}

TEST_CASE("events are printed one a line, or as the result with --json") {
  const Json answer{{"events", canned_why()["before"]}, {"next", 813}};
  FakeSupervisor supervisor;
  supervisor.on("events.list", [&](const Json&) { return result(answer); });
  canned_now();
  check_golden("events", run(supervisor, {"events", "-n", "3"}).out);
  CHECK(supervisor.requests("events.list") == std::vector{Json{{"limit", 3}}});
  CHECK(run(supervisor, {"events", "--json"}).out == dump_json(answer) + "\n");
}

TEST_CASE("ping and version") {
  FakeSupervisor supervisor;
  supervisor.on("supervisor.ping", [](const Json&) { return result(Json{{"pong", true}}); });
  CHECK(run(supervisor, {"ping"}).out.starts_with("the supervisor answers ("));
  supervisor.on("supervisor.info", [](const Json&) { return result(Json{{"version", "9.9.9"}}); });
  CHECK(run(supervisor, {"version"}).out.find("version 9.9.9") != std::string::npos);
  supervisor.on("supervisor.info", [&](const Json&) { return info(supervisor); });
  const std::string own = "ctl " + std::string{kVersion} + "\n";
  CHECK(run(supervisor, {"version"}).out == own);
  CHECK(run("/nonexistent/control.sock", {"version"}).out == own);
}

TEST_CASE("down without a supervisor is done, and says so") {
  const Ran ran = run("/nonexistent/control.sock", {"down"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.err.starts_with("ctl: nothing to stop"));
}

TEST_CASE("up joins a supervisor that runs with the same file and reports") {
  FakeSupervisor supervisor;
  write_config(supervisor, "name: shop\nservices: {backend: {command: sleep 1}}\n");
  supervisor.on("supervisor.info", [&](const Json&) { return info(supervisor); });
  supervisor.on("events.list", [](const Json&) { return result(Json{{"next", 5}}); });
  supervisor.on("services.list", [](const Json&) {
    Json list = canned_list();
    list["services"].erase(3);
    list["services"].erase(2);
    return result(list);
  });
  const Ran ran = run(supervisor, {"up"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out.find("already running with") != std::string::npos);
  CHECK(ran.out.find("  + backend    running, healthy, port 8000\n") != std::string::npos);
  CHECK(ran.out.ends_with("All 2 are up. Stop: ctl down\n"));
}

TEST_CASE("up waits for what is on its way, woken by events") {
  FakeSupervisor supervisor;
  write_config(supervisor, "services: {backend: {command: sleep 1}}\n");
  int looks = 0;
  supervisor.on("supervisor.info", [&](const Json&) { return info(supervisor); });
  supervisor.on("events.list", [](const Json&) { return result(Json{{"next", 5}}); });
  supervisor.on("events.follow", [](const Json&) {
    Reply reply;
    reply.items.push_back(Json{{"events", Json::array()}});
    return reply;
  });
  supervisor.on("stream.cancel", [](const Json&) { return result(Json::object()); });
  supervisor.on("services.list", [&](const Json&) {
    Json one = canned_list()["services"][0];
    if (++looks == 1) one["state"] = "starting";
    return result(Json{{"services", Json::array({one})}});
  });
  const Ran ran = run(supervisor, {"up"});
  CHECK(ran.code == CtlExit::Done);
  CHECK(supervisor.requests("events.follow") == std::vector{Json{{"from", 5}}});
}

TEST_CASE("up with a service that failed for good exits with 1 and shows why") {
  FakeSupervisor supervisor;
  supervisor.on("supervisor.info", [&](const Json&) { return info(supervisor); });
  supervisor.on("events.list", [](const Json&) { return result(Json{{"next", 5}}); });
  supervisor.on("services.list", [](const Json&) {
    Json one = canned_list()["services"][3];
    return result(Json{{"services", Json::array({one})}});
  });
  const Ran ran = run(supervisor, {"up"});
  CHECK(ran.code == CtlExit::Failed);
  CHECK(ran.out.find("max_restarts 16") != std::string::npos);
  CHECK(ran.out.find("ctl why report") != std::string::npos);
}

TEST_CASE("up with another file than the one in force is refused") {
  FakeSupervisor supervisor;
  supervisor.on("supervisor.info", [&](const Json&) {
    return result(Json{{"version", "0"}, {"config", "/srv/other/ecosystem.yaml"}});
  });
  const Ran ran = run(supervisor, {"up", "/srv/shop/ecosystem.yaml"});
  CHECK(ran.code == CtlExit::Failed);
  CHECK(ran.err.find("with /srv/other/ecosystem.yaml") != std::string::npos);
}

TEST_CASE("check tells what is in a good file and what is wrong with a bad one") {
  FakeSupervisor supervisor;
  const std::string file = (supervisor.folder() / "ecosystem.yaml").native();
  write_config(supervisor, "services: {a: {command: sleep 1}}\njobs: {b: {command: 'true'}}\n");
  Ran ran = run(supervisor, {"check", file});
  CHECK(ran.code == CtlExit::Done);
  CHECK(ran.out == file + ": 1 service, 1 job: no errors\n");
  write_config(supervisor, "services: {a: {comand: sleep 1}}\n");
  ran = run(supervisor, {"check", file});
  CHECK(ran.code == CtlExit::Usage);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("did you mean 'command'?") != std::string::npos);
  ran = run(supervisor, {"check", file, "--json"});
  CHECK(ran.code == CtlExit::Usage);
  const Json report = json_from(ran.out);
  CHECK(report["diagnostics"][0]["severity"] == Json("error"));
  CHECK(report["diagnostics"][0]["line"] == Json(1));
}

TEST_CASE("help explains one verb and knows its aliases") {
  CHECK(run("/none", {"help"}).out.find("\n  status") != std::string::npos);
  CHECK(run("/none", {"help", "ls"}).out.starts_with("usage: ctl status"));
  CHECK(run("/none", {"help", "statsu"}).code == CtlExit::Usage);
}

}  // namespace mainstay::ctl
