// The gateway's connection: it asks for the visitors of the page.
#include <doctest/doctest.h>

#include <vector>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

Json visitor(const char* level, const char* who = "user ana") {
  return {{"who", who}, {"from", "127.0.0.1:50312"}, {"level", level}};
}

std::string code_of(const Json& answer) {
  return answer.contains("error") ? answer["error"]["data"]["code"].get<std::string>() : "";
}

std::vector<runtime::Event> actions(Rig& rig) {
  std::vector<runtime::Event> found;
  for (const auto& event : rig.world.controller().events_since(1, 1000))
    if (event.kind == EventKind::Action) found.push_back(event);
  return found;
}

TEST_CASE("a visitor may do what their level allows, and never more than operate") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer gateway = rig.adopted();
  const Json restart{{"targets", "backend"}, {"wait", false}};
  gateway.speak_for(visitor("read"));
  CHECK(code_of(gateway.ask("services.list")).empty());
  CHECK(code_of(gateway.ask("services.restart", restart)) == "denied");
  gateway.speak_for(visitor("operate"));
  CHECK(code_of(gateway.ask("services.restart", restart)).empty());
  for (const char* level : {"operate", "admin"}) {
    gateway.speak_for(visitor(level));
    CHECK(code_of(gateway.ask("supervisor.shutdown")) == "denied");
    CHECK(code_of(gateway.ask("supervisor.upgrade")) == "denied");
  }
  const Json denied = gateway.ask("supervisor.shutdown");
  CHECK(denied["error"]["message"] ==
        "supervisor.shutdown is not done over the web; use ctl on the machine");
  CHECK_FALSE(rig.world.controller().shutting_down());
}

TEST_CASE("a visitor has the file in force read again, and names no other configuration") {
  Rig rig(declare_three);
  Peer gateway = rig.adopted();
  gateway.speak_for(visitor("operate"));
  Peer owner(rig);
  const Json rollback{{"rollback", true}};
  const Json file{{"file", "/etc/other.yaml"}};
  for (const char* method : {"config.plan", "config.apply"}) {
    for (const Json& params : {rollback, file}) {
      CHECK(code_of(gateway.ask(method, params)) == "denied");
      CHECK(code_of(owner.ask(method, params)) == "not_active");  // nothing changes in the rig
    }
    CHECK(code_of(gateway.ask(method)) == "not_active");
    const Json both{{"rollback", true}, {"file", "/etc/other.yaml"}};
    CHECK(code_of(owner.ask(method, both)) == "invalid_params");
    CHECK(code_of(owner.ask(method, {{"rollback", "yes"}})) == "invalid_params");
  }
}

TEST_CASE("what a visitor changes is told with their name and where they came from") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer gateway = rig.adopted();
  gateway.speak_for(visitor("admin"));
  gateway.ask("services.reset", {{"targets", "backend"}});
  const auto told = actions(rig);
  REQUIRE_FALSE(told.empty());
  CHECK(told[0].data.at("who") == "user ana");
  CHECK(told[0].data.at("from") == "127.0.0.1:50312");
  CHECK(told[0].data.at("via") == "web");
  CHECK_FALSE(told[0].data.contains("pid"));
}

TEST_CASE("the gateway says whom it asks for, and nobody else may") {
  Rig rig(declare_three);
  Peer gateway = rig.adopted();
  CHECK(code_of(gateway.ask("supervisor.ping")) == "invalid_request");
  for (const Json& bad :
       {Json(1), Json::object(), Json{{"who", "x"}, {"level", "root"}}, Json{{"level", "read"}},
        Json{{"who", "a\nb"}, {"level", "read"}}, Json{{"who", std::string(300, 'x')}},
        Json{{"who", "x"}, {"from", 1}, {"level", "read"}}}) {
    gateway.speak_for(bad);
    CHECK(code_of(gateway.ask("supervisor.ping")) == "invalid_request");
  }
  gateway.speak_for(visitor("read"));
  CHECK(code_of(gateway.ask("supervisor.ping")).empty());
  Peer other(rig);
  other.speak_for(visitor("admin"));
  CHECK(code_of(other.ask("supervisor.ping")) == "invalid_request");
}

TEST_CASE("the gateway takes nobody's place, and is not sent away for others") {
  auto options = Rig::default_options();
  options.clients = 2;
  Rig rig(declare_three, options);
  Peer gateway = rig.adopted();
  gateway.speak_for(visitor("read"));
  std::vector<std::unique_ptr<Peer>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<Peer>(rig));
    clients.back()->ask("supervisor.ping");
  }
  CHECK(rig.server->clients() == 2);
  CHECK(code_of(gateway.ask("supervisor.ping")).empty());
}

TEST_CASE("thousands of questions of visitors may wait at once, and do not hold up a client") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer gateway = rig.adopted();
  gateway.speak_for(visitor("read"));
  rig.usage.holds_back = true;
  rig.usage.sampled = false;
  int last = 0;
  for (int i = 0; i < 4096; ++i)
    last = gateway.request("services.list");
  Peer client(rig);
  CHECK(client.ask("supervisor.ping")["result"]["pong"] == true);
  CHECK(code_of(gateway.ask("services.list")) == "too_many_requests");
  rig.usage.release();
  CHECK(gateway.answer_to(last)["result"]["services"].size() == 4);
}

TEST_CASE("visitors that take nothing do not hold up the end") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer gateway = rig.adopted();
  gateway.speak_for(visitor("read"));
  for (int i = 0; i < 200; ++i)
    gateway.request("services.list");
  rig.turn();
  CHECK(rig.server->drained());
}

}  // namespace
}  // namespace mainstay::test
