// Another configuration is applied: a controller that knows only the new one takes over what was
// recorded under the former.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;
using model::DependencyCondition;

namespace {

// What its process is started with is another one from the next apply() on.
void change(model::ServiceSpec& spec) {
  ++spec.nice;
}

model::ServiceSpec& declare_checked(Scene& w, const std::string& name) {
  auto& spec = w.declare(name);
  spec.health.emplace_back().probe = model::TcpProbe{{"8000"}};
  return spec;
}

}  // namespace

TEST_CASE("what is declared as before goes on, and nothing is done to it") {
  Scene w;
  w.declare("a").instances = 2;
  w.up();
  w.advance(1min);
  const int pid = w.status("a:1").pid;
  const auto since = w.status("a:1").started_at;
  w.deeds.clear();
  w.apply();
  w.advance(1h);
  CHECK(w.deeds.empty());
  CHECK(w.status("a:1").pid == pid);
  CHECK(w.status("a:1").started_at == since);
}

TEST_CASE("a service whose process would be another one is restarted once, and no other is") {
  Scene w;
  auto& a = w.declare("a");
  w.declare("b");
  w.up();
  w.advance(1min);
  const int b = w.status("b").pid;
  change(a);
  w.apply();
  w.advance(1s);
  CHECK(w.is_up("a"));
  CHECK(w.starts("a") == 2);
  CHECK(w.status("b").pid == b);
  w.kill_controller();  // what was applied is not applied to its new run
  w.take_over();
  w.advance(1h);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("a setting that is only the supervisor's counts from then on, without a restart") {
  Scene w;
  auto& a = w.crasher("a", 500ms);
  a.restart.backoff = {1s, 1, 1s, 0};
  w.up();
  w.advance(100ms);
  a.restart.backoff = {7s, 1, 7s, 0};
  w.apply();
  w.advance(1s);
  REQUIRE(w.state("a") == PublicState::Backoff);
  w.advance(6s);
  CHECK(w.starts("a") == 1);
  w.advance(1s);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("what is not declared any more is stopped before anything that is new is started") {
  Scene w;
  w.declare("stays");
  w.declare("old");
  w.life("old").obeys_term = 2s;
  w.up();
  w.advance(1s);
  w.deeds.clear();
  w.undeclare("old");
  w.declare("new");
  w.apply();
  w.advance(1s);
  CHECK(w.deeds == std::vector<std::string>{"TERM old:0", "start new:0"});
  CHECK(w.live_processes() == 2);
  CHECK(w.controller().services().size() == 2);
  CHECK(w.records().size() == 3);  // of two instances and of the controller
}

TEST_CASE("what is new and not to start by itself does not") {
  Scene w;
  w.declare("a");
  w.up();
  w.declare("new").autostart = false;
  w.apply();
  w.advance(1h);
  CHECK(w.state("new") == PublicState::Stopped);
  w.start("new");
  w.advance(1s);
  CHECK(w.is_up("new"));
}

TEST_CASE("a changed service waits for the new one that it needs now") {
  Scene w;
  auto& web = w.declare("web");
  w.up();
  w.advance(1s);
  auto& db = w.declare("db");
  db.ready = {.probe = model::TcpProbe{{"5432"}}, .timeout = 20s};
  w.life("db").ready_after = 3s;
  web.depends_on = {{"db", DependencyCondition::Healthy}};
  change(web);
  w.apply();
  w.advance(2s);
  CHECK(w.starts("web") == 1);
  w.advance(2s);
  CHECK(w.is_up("db"));
  CHECK(w.starts("web") == 2);
}

TEST_CASE("in backoff: tried at once with what is declared now, else at its former time") {
  Scene w;
  auto& changed = w.crasher("changed", 1ms);
  auto& same = w.crasher("same", 1ms);
  changed.restart.backoff = same.restart.backoff = {1min, 1, 1min, 0};
  w.up();
  w.advance(1s);
  REQUIRE(w.state("changed") == PublicState::Backoff);
  const auto next = w.status("same").next_start_at;
  change(changed);
  w.life("changed").runs_for.reset();
  w.apply();
  w.advance(1s);
  CHECK(w.is_up("changed"));
  CHECK(w.starts("changed") == 2);
  CHECK(w.state("same") == PublicState::Backoff);
  CHECK(w.status("same").next_start_at == next);
}

TEST_CASE("what has failed or has ended is started again only when it has changed") {
  Scene w;
  auto& dead = w.crasher("dead", 1ms);
  auto& job = w.crasher("job", 1ms, code(0));
  dead.restart.max_restarts = 0;
  job.restart.policy = model::RestartWhen::OnFailure;
  w.crasher("left", 1ms).restart.max_restarts = 0;
  w.up();
  w.advance(1s);
  REQUIRE(w.state("dead") == PublicState::Failed);
  REQUIRE(w.state("job") == PublicState::Exited);
  change(dead);
  change(job);
  w.life("dead").runs_for.reset();
  w.apply();
  w.advance(1min);
  CHECK(w.is_up("dead"));
  CHECK(w.starts("job") == 2);
  CHECK(w.state("left") == PublicState::Failed);
  CHECK(w.starts("left") == 1);
}

TEST_CASE("one that is being stopped by hand is stopped, and is not asked to a second time") {
  Scene w;
  auto& a = w.declare("a");
  w.life("a").obeys_term = 5s;
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  w.deeds.clear();
  change(a);
  w.apply();
  CHECK(w.state("a") == PublicState::Stopping);
  w.advance(1h);
  CHECK(w.deeds.empty());
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.starts("a") == 1);
}

TEST_CASE("one that is being restarted comes up once, with what is declared now") {
  Scene w;
  auto& a = w.declare("a");
  w.life("a").obeys_term = 5s;
  w.up();
  w.advance(1s);
  w.restart("a");
  w.advance(1s);
  change(a);
  w.apply();
  w.advance(1h);
  CHECK(w.is_up("a"));
  CHECK(w.starts("a") == 2);
}

TEST_CASE("what is held down by hand stays so, however it changes, until somebody starts it") {
  Scene w;
  auto& a = w.declare("a");
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  change(a);
  a.instances = 3;
  w.apply();
  w.advance(1h);
  CHECK(w.starts("a") == 1);
  for (const char* name : {"a:0", "a:1", "a:2"})
    CHECK(w.state(name) == PublicState::Stopped);
  w.start("a");
  w.advance(1s);
  CHECK(w.live_processes() == 3);
}

TEST_CASE("another number of instances is what there is then, and the others keep their pids") {
  Scene w;
  auto& more = w.declare("more");
  auto& fewer = w.declare("fewer");
  fewer.instances = 3;
  w.up();
  w.advance(1s);
  const int first = w.status("more").pid;
  const int second = w.status("fewer:1").pid;
  more.instances = 3;
  fewer.instances = 2;
  w.apply();
  w.advance(1s);
  CHECK(w.controller().instances().size() == 5);
  CHECK(w.live_processes() == 5);
  CHECK(w.status("more:0").pid == first);
  CHECK(w.status("fewer:1").pid == second);
}

TEST_CASE("what people have scaled stays, unless the file says another number than before") {
  Scene w;
  auto& told = w.declare("told");
  w.declare("kept");
  w.up();
  w.scale("told", 4);
  w.scale("kept", 4);
  w.advance(1s);
  told.instances = 2;
  w.apply();
  w.advance(1s);
  CHECK(w.controller().instances().size() == 6);
  CHECK(w.is_up("told:1"));
  CHECK(w.is_up("kept:3"));
}

TEST_CASE("one that was being scaled away stays when more are declared now") {
  Scene w;
  auto& a = w.declare("a");
  a.instances = 2;
  w.life("a").obeys_term = 5s;
  w.up();
  w.advance(1s);
  w.scale("a", 1);
  w.advance(1s);
  a.instances = 3;
  w.apply();
  w.advance(1min);
  CHECK(w.controller().instances().size() == 3);
  for (const char* name : {"a:0", "a:1", "a:2"})
    CHECK(w.is_up(name));
}

TEST_CASE("with other checks what was found is forgotten, and what is up is not restarted") {
  Scene w;
  auto& a = declare_checked(w, "a");
  w.up();
  w.advance(1min);
  REQUIRE(w.status("a").health == Health::Healthy);
  a.health[0].interval = 10s;
  w.apply();
  CHECK(w.status("a").health != Health::Healthy);
  w.advance(1min);
  CHECK(w.status("a").health == Health::Healthy);
  CHECK(w.starts("a") == 1);
}

TEST_CASE("what is not ready yet is started again when it is to get ready in another way") {
  Scene w;
  auto& a = w.declare("a");
  a.ready = {.probe = model::TcpProbe{{"8000"}}, .timeout = 60s};
  w.life("a").ready_after = 10s;
  w.up();
  w.advance(5s);
  REQUIRE(w.state("a") == PublicState::Starting);
  a.ready->probe = model::TcpProbe{{"9000"}};
  w.apply();
  w.advance(1s);
  CHECK(w.starts("a") == 2);
  w.advance(15s);
  CHECK(w.is_up("a"));
  CHECK(w.status("a").ready);
}

TEST_CASE("at whichever deed the controller dies while it applies, each is changed exactly once") {
  for (std::uint64_t effects = 0; effects < 25; ++effects) {
    Scene w;
    auto& a = w.declare("a");
    w.declare("same");
    w.up();
    w.advance(1s);
    w.declare("new");
    change(a);
    w.begin_to_apply();
    w.kill_controller_after(effects);
    w.settle();
    if (w.controller_is_dead()) {
      w.take_over();
      w.settle();
    }
    w.options.renewal.reset();
    w.advance(1min);
    if (!w.controller_is_dead()) w.kill_controller();
    w.take_over();
    w.advance(1min);
    CHECK(w.starts("a") == 2);
    CHECK(w.starts("same") == 1);
    CHECK(w.starts("new") == 1);
    CHECK(w.live_processes() == 3);
  }
}
