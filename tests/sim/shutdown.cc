#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;
using model::DependencyCondition;

namespace {

void chain(Scene& w) {
  w.declare("web").depends_on = {{"api", DependencyCondition::Started}};
  w.declare("api").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db");
  w.declare("alone");
}

}  // namespace

TEST_CASE("a shutdown stops dependants first and reports its code when nothing lives") {
  Scene w;
  chain(w);
  for (const char* name : {"web", "api", "db"})
    w.life(name).obeys_term = 1s;
  w.up();
  w.advance(1s);
  w.deeds.clear();
  w.controller().shutdown(0, "asked");
  w.settle();
  CHECK(w.deeds.size() == 2);  // web and alone
  CHECK(w.is_up("db"));
  CHECK(w.status("db").reason.find("will be stopped after what depends on it") !=
        std::string::npos);
  w.advance(2500ms);
  CHECK_FALSE(w.controller().finished());
  w.advance(1s);
  CHECK(w.controller().finished() == 0);
  CHECK(w.live_processes() == 0);
  const auto at = [&](const char* deed) { return std::find(w.deeds.begin(), w.deeds.end(), deed); };
  CHECK(at("TERM web:0") < at("TERM api:0"));
  CHECK(at("TERM api:0") < at("TERM db:0"));
  CHECK(w.status("db").reason == "stopped because the supervisor shuts down");
}

TEST_CASE("what crashes during a shutdown is not started again") {
  Scene w;
  chain(w);
  w.life("web").obeys_term = 5s;
  w.up();
  w.advance(1s);
  w.controller().shutdown(0, "asked");
  w.settle();
  w.die("db:0", signal(SIGSEGV));
  w.advance(1min);
  CHECK(w.starts("db") == 1);
  CHECK(w.status("db").reason == "stopped because the supervisor shuts down");
  CHECK(w.controller().finished() == 0);
}

TEST_CASE("a shutdown cancels backoffs and waits, and refuses starts") {
  Scene w;
  w.crasher("a", 1ms);
  w.declare("b").depends_on = {{"never", DependencyCondition::Completed}};
  w.declare("never");
  w.up();
  w.advance(100ms);
  w.controller().shutdown(3, "asked");
  const auto request = w.request(Verb::Start, "a");
  w.advance(1min);
  CHECK_FALSE(w.outcome(request).ok);
  CHECK(w.starts("a") == 1);
  CHECK(w.controller().finished() == 3);
}

TEST_CASE(
    "a second shutdown hurries: KILL at once, in no order, also to what is just being started") {
  Scene w;
  chain(w);
  for (const char* name : {"web", "api", "db", "alone"})
    w.life(name).obeys_term.reset();
  w.up();
  w.advance(1s);
  w.controller().shutdown(0, "asked");
  w.settle();
  w.advance(1s);
  w.controller().shutdown(0, "asked again");
  w.advance(10ms);
  CHECK(w.controller().finished() == 0);
  CHECK(w.live_processes() == 0);

  Scene fresh;
  fresh.declare("a");
  fresh.life("a").obeys_term.reset();
  fresh.up();
  fresh.controller().shutdown(0, "asked");
  fresh.controller().shutdown(0, "asked again");
  fresh.advance(10ms);
  CHECK(fresh.controller().finished() == 0);
}

TEST_CASE("a shutdown does not wait for what KILL cannot end") {
  Scene w;
  w.declare("a").depends_on = {{"b", DependencyCondition::Started}};
  w.declare("b");
  w.life("a").obeys_term.reset();
  w.life("a").unkillable = true;
  w.up();
  w.advance(1s);
  const Duration budget = w.controller().stop_budget();
  w.controller().shutdown(0, "asked");
  w.settle();
  w.advance(budget);
  CHECK(w.controller().finished() == 0);
}

TEST_CASE("the stop budget is the longest chain of stop timeouts") {
  Scene w;
  chain(w);
  w.up();
  CHECK(w.controller().stop_budget() == Duration{30s + 10s});
}

TEST_CASE("a shutdown also ends what exited runs left behind") {
  Scene w;
  w.crasher("a", 1s, code(0)).restart.policy = model::RestartWhen::Never;
  w.life("a").leaves_processes = true;
  w.up();
  w.advance(1min);
  REQUIRE(w.live_processes() == 1);
  w.controller().shutdown(0, "asked");
  w.settle();
  w.advance(1min);
  CHECK(w.controller().finished() == 0);
  CHECK(w.live_processes() == 0);
}
