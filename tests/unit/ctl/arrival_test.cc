#include "ctl/arrival.h"

#include <doctest/doctest.h>

#include "unit/ctl/canned.h"

namespace mainstay::ctl {

namespace {

ServiceView service(std::string name, PublicState state) {
  ServiceView view;
  view.name = name;
  view.service = std::move(name);
  view.state = to_string(state);
  view.known = state;
  view.ready = state == PublicState::Running;
  return view;
}

ServiceView disabled_service(const std::string& name) {
  ServiceView view = service(name, PublicState::Stopped);
  view.enabled = false;
  return view;
}

const Expectation kFresh{true};
const Expectation kJoined{false};

}  // namespace

TEST_CASE("what runs and is ready has arrived, and so has what has done its work") {
  CHECK(arrival_of(service("a", PublicState::Running), kFresh) == Arrival::Up);
  ServiceView done = service("a", PublicState::Exited);
  CHECK(arrival_of(done, kFresh) == Arrival::Down);
  done.last_exit = LastExitView{};
  done.last_exit->code = 0;
  CHECK(arrival_of(done, kFresh) == Arrival::Up);
  ServiceView unready = service("a", PublicState::Running);
  unready.ready = false;
  CHECK(arrival_of(unready, kFresh) == Arrival::Pending);
}

TEST_CASE("a failed service never arrives, one in backoff may") {
  CHECK(arrival_of(service("a", PublicState::Failed), kFresh) == Arrival::Down);
  CHECK(arrival_of(service("a", PublicState::Backoff), kFresh) == Arrival::Pending);
  CHECK(arrival_of(service("a", PublicState::Waiting), kFresh) == Arrival::Pending);
}

TEST_CASE(
    "a stopped service is waited for only where it starts by itself and has just been told to") {
  CHECK(arrival_of(service("a", PublicState::Stopped), kFresh) == Arrival::Pending);
  CHECK(arrival_of(service("a", PublicState::Stopped), kJoined) == Arrival::Down);
  const ServiceView disabled = disabled_service("other");
  ServiceView held = service("other", PublicState::Stopped);
  held.held_down = true;
  for (const ServiceView& idle : {disabled, held}) {
    CHECK(arrival_of(idle, kFresh) == Arrival::Idle);
    CHECK(arrival_of(idle, kJoined) == Arrival::Idle);
  }
}

TEST_CASE("the last line names what is missing, some of it at most") {
  std::vector<ServiceView> all{service("a", PublicState::Running),
                               service("b", PublicState::Failed),
                               service("c", PublicState::Backoff)};
  CHECK(arrival_summary(all, kFresh, {}, "", plain_terminal(80)) ==
        "1 of 3 up. b: failed, c: backoff — ctl why b");
  all.push_back(service("d", PublicState::Failed));
  all.push_back(service("e", PublicState::Failed));
  CHECK(arrival_summary(all, kFresh, {}, "", plain_terminal(80)) ==
        "1 of 5 up. b: failed, d: failed, e: failed and 1 more — ctl why b");
}

TEST_CASE("a reason that begins with the state says it once") {
  CHECK(state_and_why("running", "running since 14:02:11") == "running since 14:02:11");
  CHECK(state_and_why("backoff", "start in 4 s") == "backoff: start in 4 s");
  CHECK(state_and_why("exited", "") == "exited");
}

TEST_CASE("the exit code says the worst of it") {
  const ServiceView up = service("a", PublicState::Running);
  const ServiceView idle = disabled_service("other");
  const ServiceView stopped = service("b", PublicState::Stopped);
  const ServiceView pending = service("b", PublicState::Backoff);
  const ServiceView failed = service("b", PublicState::Failed);
  CHECK(arrival_exit(std::vector{up, idle}, kFresh) == CtlExit::Done);
  CHECK(arrival_exit(std::vector{up, stopped}, kJoined) == CtlExit::NotRunning);
  CHECK(arrival_exit(std::vector{up, pending}, kFresh) == CtlExit::TimedOut);
  CHECK(arrival_exit(std::vector{pending, failed}, kFresh) == CtlExit::Failed);
}

TEST_CASE("arrivals are told as the design says") {
  ServiceView backend = service("backend", PublicState::Running);
  backend.health = "healthy";
  backend.uptime = std::chrono::milliseconds{1100};
  backend.ports = {"8000"};
  CHECK(arrival_line(backend, kFresh, 9, plain_terminal(80)) ==
        "  ✔ backend     running, healthy after 1.1 s, port 8000");
  ServiceView broken = service("b", PublicState::Failed);
  broken.reason = "cannot run 'x'";
  CHECK(arrival_line(broken, kFresh, 9, plain_terminal(0)) ==
        "  x b           failed: cannot run 'x'");
  CHECK(arrival_line(disabled_service("spare"), kFresh, 9, plain_terminal(80)) ==
        "  – spare       stopped, not started by itself");
}

TEST_CASE("the summary counts, or names who is missing") {
  const ServiceView up = service("a", PublicState::Running);
  const ServiceView other = service("b", PublicState::Running);
  const ServiceView failed = service("b", PublicState::Failed);
  const Duration took = std::chrono::milliseconds{1600};
  CHECK(arrival_summary(std::vector{up, other}, kFresh, took, "", plain_terminal(80)) ==
        "All 2 are up in 1.6 s. Stop: ctl down");
  CHECK(arrival_summary(std::vector{up}, kJoined, took, "", plain_terminal(80)) ==
        "The one service is up. Stop: ctl down");
  CHECK(arrival_summary(std::vector{up}, kJoined, took, "http://127.0.0.1:9615",
                        plain_terminal(80)) ==
        "The one service is up. Page: http://127.0.0.1:9615   Stop: ctl down");
  CHECK(arrival_summary(std::vector{up, failed}, kFresh, took, "", plain_terminal(80)) ==
        "1 of 2 up. b: failed — ctl why b");
}

}  // namespace mainstay::ctl
