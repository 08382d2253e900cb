// How a run is ended, and what it leaves behind.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;

TEST_CASE("a stop sends stop.signal to the tree and waits for it to end") {
  Scene w;
  w.declare("a").stop.signal = SIGINT;
  w.life("a").obeys_term = 2s;
  w.up();
  w.advance(1s);
  w.stop("a");
  CHECK(w.state("a") == PublicState::Stopping);
  CHECK(w.deeds.back() == "INT a:0");
  w.advance(3s);
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK_FALSE(w.did("KILL a:0"));
}

TEST_CASE("what ignores TERM is killed after stop.timeout, and the time left is told") {
  Scene w;
  w.declare("a").stop.timeout = 10s;
  w.life("a").obeys_term.reset();
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(4s);
  CHECK(w.status("a").kill_in == Duration{6s});
  CHECK(w.status("a").reason == "TERM sent 4 s ago, KILL in 6 s");
  w.advance(6s - 1ms);
  CHECK_FALSE(w.did("KILL a:0"));
  w.advance(5ms);
  CHECK(w.did("KILL a:0"));
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.status("a").last_exit->cause == "killed");
}

TEST_CASE("a second stop does not restart the timer") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term.reset();
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(7s);
  w.stop("a");
  CHECK(w.status("a").kill_in == Duration{3s});
  w.advance(4s);
  CHECK(w.state("a") == PublicState::Stopped);
}

TEST_CASE("stop.command is run instead of the signal") {
  Scene w;
  w.declare("a").stop.command = {model::Template{"/bin/stop-it"}};
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  CHECK(w.did("stop.command a:0"));
  CHECK_FALSE(w.did("TERM a:0"));
  CHECK(w.state("a") == PublicState::Stopped);
}

TEST_CASE("stopped means the whole tree: leftovers of the main process are waited for and killed") {
  Scene w;
  w.declare("a");
  w.life("a").leaves_processes = true;
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(5s);
  CHECK(w.state("a") == PublicState::Stopping);
  CHECK(w.status("a").pid == 0);
  w.advance(6s);
  CHECK(w.did("KILL a:0"));
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.live_processes() == 0);
}

TEST_CASE(
    "what KILL does not end within 10 s is called unkillable and watched on, with no second copy") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term.reset();
  w.life("a").unkillable = true;
  w.up();
  w.advance(1s);
  w.restart("a");
  w.advance(21s);
  CHECK(w.status("a").reason.find("unkillable (uninterruptible wait)") != std::string::npos);
  CHECK(w.state("a") == PublicState::Stopping);
  w.advance(1h);
  CHECK(w.starts("a") == 1);
  w.let_go("a");
  w.advance(1s);
  CHECK(w.is_up("a"));
  CHECK(w.starts("a") == 2);
}

TEST_CASE("what a crash left behind is killed before the next start") {
  Scene w;
  w.crasher("a", 1s);
  w.life("a").leaves_processes = true;
  w.up();
  w.advance(1s + 2ms);
  REQUIRE(w.deeds == std::vector<std::string>{"start a:0", "KILL a:0"});
  w.advance(1s);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("the backoff runs while leftovers are being killed") {
  Scene w;
  w.crasher("a", 1s).restart.backoff = {15s, 1, 15s, 0};
  w.life("a").leaves_processes = true;
  w.life("a").unkillable = true;
  w.up();
  w.advance(12s);
  CHECK(w.state("a") == PublicState::Backoff);
  w.life("a").unkillable = false;
  w.let_go("a");
  w.life("a").leaves_processes = false;
  w.advance(3900ms);
  CHECK(w.starts("a") == 1);
  w.advance(200ms);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("what a run that is not restarted leaves behind stays until stop") {
  Scene w;
  w.crasher("a", 1s, code(0)).restart.policy = model::RestartWhen::Never;
  w.life("a").leaves_processes = true;
  w.life("a").leftovers_obey = 2s;
  w.up();
  w.advance(1h);
  CHECK(w.state("a") == PublicState::Exited);
  CHECK(w.live_processes() == 1);
  CHECK(w.status("a").reason.find("left behind are still alive") != std::string::npos);
  w.stop("a");
  CHECK(w.state("a") == PublicState::Stopping);
  w.advance(3s);
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.live_processes() == 0);
}

TEST_CASE("a start of what has exited with leftovers clears them first") {
  Scene w;
  w.crasher("a", 1s, code(0)).restart.policy = model::RestartWhen::Never;
  w.life("a").leaves_processes = true;
  w.up();
  w.advance(1min);
  const auto request = w.request(Verb::Start, "a");
  CHECK(w.did("KILL a:0"));
  w.advance(10ms);
  CHECK(w.outcome(request).ok);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("a stop during the start stops it as soon as it is there") {
  Scene w;
  w.declare("a");
  w.up();
  REQUIRE(w.state("a") == PublicState::Starting);
  w.stop("a");
  w.advance(1s);
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.deeds == std::vector<std::string>{"start a:0", "TERM a:0"});
}

TEST_CASE("a start during a stop begins the next run when the stop is done") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term = 3s;
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  w.start("a");
  CHECK(w.state("a") == PublicState::Stopping);
  w.advance(3s);
  CHECK(w.is_up("a"));
  CHECK(w.starts("a") == 2);
}

TEST_CASE("a restart of what runs is the stop ladder and then an immediate start, not counted") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term = 2s;
  w.up();
  w.advance(1s);
  const auto request = w.request(Verb::Restart, "a");
  w.advance(2s + 2ms);
  CHECK(w.outcome(request).ok);
  CHECK(w.status("a").unstable_runs == 0);
  CHECK(w.status("a").restarts == 1);
  CHECK(w.starts("a") == 2);
  CHECK(w.status("a").last_exit->cause == "planned restart");
}
