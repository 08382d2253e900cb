// Reloads: a signal, or one instance after the other.
#include <csignal>

#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;

namespace {

// Three instances that need a second to get ready.
model::ServiceSpec& declare_slow(Scene& w) {
  auto& spec = w.declare("a");
  spec.instances = 3;
  spec.ready = {.probe = model::TcpProbe{{"8000"}}, .timeout = 20s};
  w.life("a").ready_after = 1s;
  return spec;
}

using Outcomes = std::vector<runtime::Outcome>;

Outcomes outcomes(Scene& w, runtime::RequestId request) {
  const auto found = w.controller().take_finished(request);
  REQUIRE(found.has_value());
  return *found;
}

std::size_t ready(Scene& w) {
  std::size_t count = 0;
  for (const char* name : {"a:0", "a:1", "a:2"})
    count += w.is_up(name) && w.status(name).ready;
  return count;
}

// The last event about a reload.
runtime::Event told_of_reload(const Scene& w) {
  const auto found = std::find_if(w.told.rbegin(), w.told.rend(), [](const auto& event) {
    const auto verb = event.data.find("verb");
    return verb != event.data.end() && verb->second == "reload";
  });
  REQUIRE(found != w.told.rend());
  return *found;
}

}  // namespace

TEST_CASE("with reload.signal it is sent to the main process of each, and nothing is restarted") {
  Scene w;
  auto& spec = w.declare("a");
  spec.instances = 2;
  spec.reload_signal = SIGHUP;
  w.up();
  w.advance(1s);
  w.deeds.clear();
  const auto request = w.request(Verb::Reload, "a");
  const Outcomes all = outcomes(w, request);
  REQUIRE(all.size() == 2);
  CHECK(all[1].ok);
  CHECK(all[1].message == "sent HUP to pid " + std::to_string(w.status("a:1").pid));
  CHECK(w.deeds == std::vector<std::string>{"HUP to main of a:0", "HUP to main of a:1"});
}

TEST_CASE("a signal is kept from what is not ready, which it would end") {
  Scene w;
  declare_slow(w).reload_signal = SIGHUP;
  w.up();
  w.advance(500ms);
  const Outcomes all = outcomes(w, w.request(Verb::Reload, "a"));
  REQUIRE(all.size() == 3);
  CHECK_FALSE(all[0].ok);
  CHECK(all[0].message == "it is starting, and is sent no signal before it is ready");
}

TEST_CASE("without a signal one instance at a time is restarted, and two are always ready") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  const auto request = w.request(Verb::Reload, "a");
  std::size_t least = 3;
  for (int i = 0; i < 40; ++i) {
    w.advance(100ms);
    least = std::min(least, ready(w));
  }
  CHECK(least == 2);
  CHECK(w.starts("a") == 6);
  const Outcomes all = outcomes(w, request);
  REQUIRE(all.size() == 3);
  CHECK((all[0].ok && all[1].ok && all[2].ok));
  CHECK(all[0].name == "a:0");
}

TEST_CASE("an instance that fails ends the roll, and the others are left as they are") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  const auto request = w.request(Verb::Reload, "a");
  w.advance(500ms);
  w.life("a").start_failure = {runtime::StartFailureKind::Program, "run", 2, "cannot run 'x'"};
  const RunId last = w.status("a:2").run;
  w.advance(2s);
  const Outcomes all = outcomes(w, request);
  REQUIRE(all.size() == 3);
  CHECK(all[0].ok);
  CHECK_FALSE(all[1].ok);
  CHECK(all[1].message.find("cannot run 'x'") != std::string::npos);
  CHECK_FALSE(all[2].ok);
  CHECK(all[2].message.starts_with("not reloaded: it ended at a:1: "));
  CHECK(w.status("a:2").run == last);
  // Nothing is left behind that would keep the next one from beginning.
  w.life("a").start_failure.reset();
  const auto again = w.request(Verb::Reload, "a");
  w.advance(10s);
  CHECK(outcomes(w, again)[2].ok);
}

TEST_CASE("one that was up and did not stay so ends the roll, too") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  const auto request = w.request(Verb::Reload, "a");
  w.advance(1100ms);
  REQUIRE(w.is_up("a:0"));
  w.die("a:0", code(3));
  w.advance(5s);
  const Outcomes all = outcomes(w, request);
  CHECK_FALSE(all.back().ok);
  CHECK(all.back().message.starts_with("not reloaded: it ended at a:0: "));
}

TEST_CASE("what is stopped stays so, and what has failed is tried again") {
  Scene w;
  w.declare("a").instances = 3;
  w.declare("b").restart.max_restarts = 0;
  w.life("b").start_failure = {runtime::StartFailureKind::Program, "run", 2, "cannot run b"};
  w.up();
  w.stop("a:1");
  w.advance(1min);
  REQUIRE(w.state("b") == PublicState::Failed);
  auto request = w.request(Verb::Reload, "a");
  w.advance(100ms);
  const Outcomes all = outcomes(w, request);
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "a:1");
  CHECK(all[0].message == "it is stopped: there is nothing to reload");
  CHECK((all[1].ok && all[2].ok));
  CHECK(w.state("a:1") == PublicState::Stopped);
  w.life("b").start_failure.reset();
  request = w.request(Verb::Reload, "b");
  w.advance(100ms);
  CHECK(w.outcome(request).ok);
}

TEST_CASE("a second reload of the service is refused while one goes on") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  const auto first = w.request(Verb::Reload, "a");
  const auto second = w.request(Verb::Reload, "a:2");
  w.settle();
  CHECK(w.outcome(second).message.find("is under way") != std::string::npos);
  w.advance(10s);
  CHECK(outcomes(w, first)[2].ok);
  CHECK(w.starts("a") == 6);
}

TEST_CASE("followers are restarted once, at the end") {
  Scene w;
  declare_slow(w);
  w.declare("b").restart_with = {"a"};
  w.up();
  w.advance(5s);
  w.request(Verb::Reload, "a");
  w.advance(10s);
  CHECK(w.starts("b") == 2);
}

TEST_CASE(
    "an instance that is stopped in its turn ends the roll; one that is scaled away does not") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  auto request = w.request(Verb::Reload, "a");
  w.advance(500ms);
  w.scale("a", 2);
  w.advance(10s);
  Outcomes all = outcomes(w, request);
  REQUIRE(all.size() == 3);
  CHECK(all[0].message == "scaled away");
  CHECK((all[1].ok && all[2].ok));
  request = w.request(Verb::Reload, "a");
  w.advance(500ms);
  w.stop("a:0");
  w.advance(10s);
  all = outcomes(w, request);
  REQUIRE(all.size() == 2);
  CHECK(all[0].message == "it was stopped meanwhile");
  CHECK(all[1].message == "not reloaded: it ended at a:0: it was stopped meanwhile");
}

TEST_CASE("nobody waits: how the roll ended is an event that names who asked") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  w.controller().forget(w.request(Verb::Reload, "a"));
  w.advance(10s);
  CHECK(told_of_reload(w).data.at("result") == "done");
  CHECK(told_of_reload(w).service == "a");
  w.life("a").start_failure = {runtime::StartFailureKind::Program, "run", 2, "cannot run 'x'"};
  w.controller().forget(w.request(Verb::Reload, "a"));
  w.advance(10s);
  const auto event = told_of_reload(w);
  CHECK(event.data.at("result") == "failed");
  CHECK(event.data.at("reason").starts_with("it ended at a:0: "));
  CHECK(event.data.at("who") == "root");
  CHECK(event.instance == "a:0");
}

TEST_CASE("the roll ends with its controller: one instance is brought up, the others are named") {
  for (std::uint64_t effects = 0; effects < 24; ++effects) {
    CAPTURE(effects);
    Scene w;
    declare_slow(w);
    w.up();
    w.advance(5s);
    w.request(Verb::Reload, "a");
    w.advance(500ms);
    w.kill_controller_after(effects);
    w.advance(10s);
    if (!w.controller_is_dead()) w.kill_controller();
    w.take_over();
    w.advance(10s);
    CHECK(ready(w) == 3);
    CHECK(w.starts("a") <= 6);
    if (w.starts("a") < 6) {
      const auto event = told_of_reload(w);
      CHECK(event.data.at("result") == "failed");
      CHECK(event.data.at("reason").find("not reloaded: ") != std::string::npos);
    }
    // It is over: another may begin.
    const auto again = w.request(Verb::Reload, "a");
    w.advance(10s);
    CHECK(outcomes(w, again)[2].ok);
  }
}

TEST_CASE("a shutdown ends the roll") {
  Scene w;
  declare_slow(w);
  w.up();
  w.advance(5s);
  const auto request = w.request(Verb::Reload, "a");
  w.advance(500ms);
  w.controller().shutdown(0, "asked");
  w.advance(1min);
  CHECK(w.controller().finished() == 0);
  CHECK_FALSE(outcomes(w, request)[2].ok);
}
