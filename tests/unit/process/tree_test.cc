#include "process/tree.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "unit/process/each_tree_kind.h"

namespace mainstay::process::testing {

TEST_CASE("five daemons that escaped and ignore TERM are all gone after a kill") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "backend:0", {"escapees", "5"});
    trees.started("backend:0", run.pid);
    const auto pids = numbers(keeper, run, 6);
    CHECK(alive_among(pids) == 6);
    trees.signal_tree("backend:0", SIGTERM);
    CHECK(kill_and_wait(keeper, trees, "backend:0"));
    CHECK(alive_among(pids) == 0);
    CHECK_FALSE(trees.leftovers("backend:0"));
  });
}

TEST_CASE("what a main process leaves behind is seen after its end, and killed") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "backend:0", {"escapees", "5", "leave"});
    trees.started("backend:0", run.pid);
    const auto pids = numbers(keeper, run, 5);
    REQUIRE(keeper.run_until([&] { return keeper.reaped(run.pid); }));
    trees.main_ended("backend:0");
    CHECK(trees.leftovers("backend:0"));
    CHECK(kill_and_wait(keeper, trees, "backend:0"));
    CHECK(alive_among(pids) == 0);
  });
}

TEST_CASE("orphans that overwrote their environment are known by their session") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "backend:0", {"orphans", "3", "leave"});
    trees.started("backend:0", run.pid);
    const auto pids = numbers(keeper, run, 3);
    REQUIRE(keeper.run_until([&] { return keeper.reaped(run.pid); }));
    trees.main_ended("backend:0");
    CHECK(trees.leftovers("backend:0"));
    CHECK(kill_and_wait(keeper, trees, "backend:0"));
    CHECK(alive_among(pids) == 0);
  });
}

TEST_CASE("a tree that ends cleanly leaves nothing to be seen") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "backend:0", {"plain"});
    trees.started("backend:0", run.pid);
    keeper.next_number(run);
    bool empty = false;
    trees.await_empty("backend:0", [&] { empty = true; });
    CHECK_FALSE(empty);
    trees.signal_tree("backend:0", SIGTERM);
    CHECK(keeper.run_until([&] { return empty; }));
    REQUIRE(keeper.run_until([&] { return keeper.reaped(run.pid); }));
    trees.main_ended("backend:0");
    CHECK_FALSE(trees.leftovers("backend:0"));
  });
}

TEST_CASE("TERM reaches a stopped process, because CONT follows it") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "backend:0", {"plain"});
    trees.started("backend:0", run.pid);
    kill(keeper.next_number(run), SIGSTOP);
    bool empty = false;
    trees.await_empty("backend:0", [&] { empty = true; });
    trees.signal_tree("backend:0", SIGTERM);
    CHECK(keeper.run_until([&] { return empty; }));
  });
}

TEST_CASE("a tree that somebody stopped is killed all the same") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "backend:0", {"escapees", "5"});
    trees.started("backend:0", run.pid);
    const auto pids = numbers(keeper, run, 6);
    for (const int pid : pids)
      kill(pid, SIGSTOP);
    CHECK(kill_and_wait(keeper, trees, "backend:0"));
    CHECK(alive_among(pids) == 0);
  });
}

TEST_CASE("a fork bomb is killed while it explodes") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "bomb:0", {"bomb", "150"});
    trees.started("bomb:0", run.pid);
    keeper.next_number(run);
    CHECK(kill_and_wait(keeper, trees, "bomb:0"));
    CHECK(keeper.run_until([&] { return keeper.reaped(run.pid); }));
    trees.main_ended("bomb:0");
    CHECK_FALSE(trees.leftovers("bomb:0"));
  });
}

TEST_CASE("a chain of processes that fork and exit at once does not get away") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto run = keeper.spawn(trees, "hopper:0", {"hop", "100000"});
    trees.started("hopper:0", run.pid);
    keeper.next_number(run);
    CHECK(kill_and_wait(keeper, trees, "hopper:0"));
    CHECK(keeper.run_until([&] { return keeper.reaped(run.pid); }));
    trees.main_ended("hopper:0");
    CHECK_FALSE(trees.leftovers("hopper:0"));
  });
}

TEST_CASE("killing one instance touches no other, and no stranger among the keeper's children") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto killed = keeper.spawn(trees, "backend:0", {"escapees", "2"});
    auto other = keeper.spawn(trees, "backend:1", {"escapees", "2", "leave"});
    auto stranger = keeper.spawn_stranger({"escapees", "1"});
    trees.started("backend:0", killed.pid);
    trees.started("backend:1", other.pid);
    const auto killed_pids = numbers(keeper, killed, 3);
    const auto other_pids = numbers(keeper, other, 2);
    const auto stranger_pids = numbers(keeper, stranger, 2);
    REQUIRE(keeper.run_until([&] { return keeper.reaped(other.pid); }));
    trees.main_ended("backend:1");
    CHECK(kill_and_wait(keeper, trees, "backend:0"));
    CHECK(alive_among(killed_pids) == 0);
    CHECK(alive_among(other_pids) == 2);
    CHECK(alive_among(stranger_pids) == 2);
    CHECK(kill_and_wait(keeper, trees, "backend:1"));
    CHECK(alive_among(stranger_pids) == 2);
  });
}

TEST_CASE("a process is part of its tree and of no other, wherever it went") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto backend = keeper.spawn(trees, "backend:0", {"escapees", "2"});
    auto worker = keeper.spawn(trees, "worker:0", {"plain"});
    auto stranger = keeper.spawn_stranger({"plain"});
    trees.started("backend:0", backend.pid);
    trees.started("worker:0", worker.pid);
    for (const int pid : numbers(keeper, backend, 3)) {
      CHECK(trees.belonging("backend:0", pid) == Belonging::Inside);
      CHECK(trees.belonging("worker:0", pid) == Belonging::Outside);
    }
    for (const int pid : {keeper.next_number(stranger), getpid(), 1})
      CHECK(trees.belonging("backend:0", pid) == Belonging::Outside);
    kill(keeper.next_number(worker), SIGKILL);
    REQUIRE(keeper.run_until([&] { return keeper.reaped(worker.pid); }));
    CHECK(trees.belonging("worker:0", worker.pid) == Belonging::Gone);
    CHECK(trees.belonging("nobody:0", 1) == Belonging::Outside);
    trees.main_ended("worker:0");
    kill(stranger.pid, SIGKILL);
  });
}

TEST_CASE("a new controller finds everything again by name and pid") {
  for (const auto kind : {TreeKind::CgroupV2, TreeKind::CgroupV1, TreeKind::Sweep}) {
    CAPTURE(to_string(kind));
    FakeKeeper keeper;
    const auto options = options_for(kind);
    auto first = std::make_unique<ProcessTrees>(keeper.loop(), options);
    if (first->kind() != kind) continue;  // said aloud by the other cases
    auto live = keeper.spawn(*first, "backend:0", {"escapees", "2"});
    auto ended = keeper.spawn(*first, "worker:0", {"escapees", "2", "leave"});
    auto pids = numbers(keeper, live, 3);
    const auto left = numbers(keeper, ended, 2);
    pids.insert(pids.end(), left.begin(), left.end());
    REQUIRE(keeper.run_until([&] { return keeper.reaped(ended.pid); }));
    first.reset();

    ProcessTrees second{keeper.loop(), options};
    second.started("backend:0", live.pid);
    second.started("worker:0", ended.pid);
    second.main_ended("worker:0");
    CHECK(second.leftovers("backend:0"));
    CHECK(second.leftovers("worker:0"));
    CHECK(kill_and_wait(keeper, second, "backend:0"));
    CHECK(kill_and_wait(keeper, second, "worker:0"));
    CHECK(alive_among(pids) == 0);
    second.remove_all();
  }
}

TEST_CASE("a run that was started without groups is still found when groups have become possible") {
  FakeKeeper keeper;
  auto options = options_for(TreeKind::Sweep);
  auto first = std::make_unique<ProcessTrees>(keeper.loop(), options);
  auto run = keeper.spawn(*first, "backend:0", {"escapees", "2"});
  const auto pids = numbers(keeper, run, 3);
  first.reset();
  options.allow_v2 = options.allow_v1 = true;
  ProcessTrees second{keeper.loop(), options};
  second.started("backend:0", run.pid);
  CHECK(second.leftovers("backend:0"));
  CHECK(kill_and_wait(keeper, second, "backend:0"));
  CHECK(alive_among(pids) == 0);
  second.remove_all();
}

TEST_CASE("groups are made when they are needed and removed at the end, busy ones stay") {
  for (const auto kind : {TreeKind::CgroupV2, TreeKind::CgroupV1}) {
    FakeKeeper keeper;
    ProcessTrees trees{keeper.loop(), options_for(kind)};
    if (trees.kind() != kind) continue;
    auto run = keeper.spawn(trees, "backend:0", {"plain"});
    trees.started("backend:0", run.pid);
    keeper.next_number(run);
    const auto used = instance_group(trees, "backend:0");
    REQUIRE(trees.prepare("idle:3").ok());
    const auto idle = instance_group(trees, "idle:3");
    CHECK(idle.ends_with("/idle.3"));
    CHECK(access(idle.c_str(), F_OK) == 0);
    trees.remove_all();
    CHECK(access(idle.c_str(), F_OK) != 0);
    CHECK(access(used.c_str(), F_OK) == 0);
    CHECK(kill_and_wait(keeper, trees, "backend:0"));
    trees.remove_all();
    CHECK(access(used.c_str(), F_OK) != 0);
    CHECK(access(used.substr(0, used.rfind('/')).c_str(), F_OK) != 0);
  }
}

TEST_CASE("two supervisors with the same instance names do not meet") {
  FakeKeeper keeper;
  ProcessTrees one{keeper.loop(), options_for(TreeKind::CgroupV2)};
  ProcessTrees two{keeper.loop(), options_for(TreeKind::CgroupV2)};
  auto first = keeper.spawn(one, "backend:0", {"plain"});
  auto second = keeper.spawn(two, "backend:0", {"plain"});
  one.started("backend:0", first.pid);
  two.started("backend:0", second.pid);
  // With the sweep, this keeper's children include the other's runs: the cookie tells them apart.
  CHECK(keeper.next_number(first) == first.pid);
  CHECK(keeper.next_number(second) == second.pid);
  CHECK(kill_and_wait(keeper, one, "backend:0"));
  CHECK(is_alive(second.pid));
  CHECK(kill_and_wait(keeper, two, "backend:0"));
  one.remove_all();
  two.remove_all();
}

}  // namespace mainstay::process::testing
