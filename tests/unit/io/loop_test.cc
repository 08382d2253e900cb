#include "io/loop.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/clock.h"

namespace mainstay::io {
namespace {

using namespace std::chrono_literals;

struct Pair {
  UniqueFd near;
  UniqueFd far;
};

Pair make_pipe() {
  int ends[2] = {-1, -1};
  REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Pair make_sockets() {
  int ends[2] = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

TEST_CASE("the clocks go forward and wall time is of this century") {
  const Now first = read_clocks();
  const Now second = read_clocks();
  CHECK(second.mono >= first.mono);
  CHECK(first.wall.since_epoch > std::chrono::hours{24 * 365 * 50});
}

TEST_CASE("a loop without handles ends at once") {
  Loop loop;
  loop.run();
  loop.run_once(true);
}

TEST_CASE("a timer fires once per start, not before its time") {
  Loop loop;
  int fired = 0;
  Timer timer{loop, [&] { ++fired; }};
  const MonoTime begin = read_clocks().mono;
  timer.start(2ms);
  loop.run();
  CHECK(fired == 1);
  CHECK(read_clocks().mono - begin >= 2ms);
  timer.start(0ms);
  loop.run();
  CHECK(fired == 2);
}

TEST_CASE("a timer is not before its time when the loop comes to it late within a millisecond") {
  Loop loop;
  MonoTime fired{};
  Timer timer{loop, [&] { fired = read_clocks().mono; }};
  for (int i = 0; i < 50; ++i) {
    const MonoTime begin = read_clocks().mono;
    timer.start(1ms);
    while (read_clocks().mono - begin < 400us) {
    }
    loop.run();
    CHECK(fired - begin >= 1ms);
  }
}

TEST_CASE("a delay below a millisecond, or in the past, still fires") {
  Loop loop;
  int fired = 0;
  Timer timer{loop, [&] { ++fired; }};
  timer.start(1ns);
  loop.run();
  timer.start(-1h);
  loop.run();
  CHECK(fired == 2);
}

TEST_CASE("starting a running timer moves it, and cancelling silences it") {
  Loop loop;
  std::vector<std::string> order;
  Timer moved{loop, [&] { order.push_back("moved"); }};
  Timer plain{loop, [&] { order.push_back("plain"); }};
  Timer cancelled{loop, [&] { order.push_back("cancelled"); }};
  moved.start(0ms);
  plain.start(1ms);
  cancelled.start(0ms);
  moved.start(5ms);
  cancelled.cancel();
  cancelled.cancel();
  loop.run();
  CHECK(order == std::vector<std::string>{"plain", "moved"});
}

TEST_CASE("the longest delay is no delay of nothing") {
  Loop loop;
  int fired = 0;
  Timer timer{loop, [&] { ++fired; }};
  timer.start(Duration::max());
  loop.run_once(false);
  CHECK(fired == 0);
}

TEST_CASE("a timer may be started and destroyed from its own callback") {
  Loop loop;
  int fired = 0;
  std::optional<Timer> again;
  again.emplace(loop, [&] {
    if (++fired < 3) again->start(0ms);
  });
  again->start(0ms);
  loop.run();
  CHECK(fired == 3);

  auto own = std::unique_ptr<Timer>{};
  const auto alive = std::make_shared<int>(7);
  int seen = 0;
  own = std::make_unique<Timer>(loop, [&own, alive, &seen] {
    own.reset();
    seen = *alive;  // what the callback holds lives until it returns
  });
  own->start(0ms);
  loop.run();
  CHECK(seen == 7);
}

TEST_CASE("a destroyed timer never fires") {
  Loop loop;
  int fired = 0;
  {
    Timer timer{loop, [&] { ++fired; }};
    timer.start(0ms);
  }
  loop.run();
  CHECK(fired == 0);
}

TEST_CASE("after every turn comes its callback, and what that starts is run") {
  Loop loop;
  std::vector<std::string> order;
  bool dirty = false;
  Timer second{loop, [&] {
                 order.push_back("second");
                 loop.stop();
               }};
  Timer first{loop, [&] {
                order.push_back("first");
                dirty = true;
              }};
  // Keeps the loop from ending between the two timers.
  Timer guard{loop, [&] { loop.stop(); }};
  guard.start(10s);
  loop.set_after_turn([&] {
    if (!std::exchange(dirty, false)) return;
    order.push_back("settle");
    second.start(0ms);
  });
  first.start(0ms);
  loop.run();
  CHECK(order == std::vector<std::string>{"first", "settle", "second"});
}

TEST_CASE("what a callback enqueues is settled before the loop sleeps") {
  Loop loop;
  Pair pipe = make_pipe();
  bool pending = false;
  bool settled = false;
  FdWatch watch{loop, pipe.near.get(), [&](int) {
                  pending = true;
                  char byte = 0;
                  static_cast<void>(read(pipe.near.get(), &byte, 1));
                }};
  loop.set_after_turn([&] {
    if (!pending) return;
    settled = true;
    loop.stop();
  });
  watch.want(kReadable);
  REQUIRE(write(pipe.far.get(), "x", 1) == 1);
  loop.run();
  CHECK(settled);
}

TEST_CASE("the after-turn callback can be replaced, and does not keep the loop alive") {
  Loop loop;
  int old_calls = 0;
  int new_calls = 0;
  loop.set_after_turn([&] { ++old_calls; });
  loop.set_after_turn([&] { ++new_calls; });
  Timer timer{loop, [] {}};
  timer.start(1ms);
  loop.run();
  CHECK(old_calls == 0);
  CHECK(new_calls >= 1);
}

TEST_CASE("one turn in which a timer was due does not wait for anything else") {
  Loop loop;
  Pair pipe = make_pipe();
  FdWatch silent{loop, pipe.near.get(), [](int) {}};
  silent.want(kReadable);
  bool fired = false;
  Timer timer{loop, [&] { fired = true; }};
  timer.start(Duration{0});
  loop.run_once(true);  // would never come back
  CHECK(fired);
}

TEST_CASE("work runs elsewhere and comes back here") {
  Loop loop;
  int result = 0;
  int seen = 0;
  loop.in_worker([&] { result = 42; }, [&] { seen = result; });
  loop.run();
  CHECK(seen == 42);
}

TEST_CASE("a loop that is destroyed waits for work and drops what should follow it") {
  int worked = 0;
  int done = 0;
  {
    Loop loop;
    for (int i = 0; i < 20; ++i) {
      loop.in_worker([&] { __atomic_add_fetch(&worked, 1, __ATOMIC_RELAXED); }, [&] { ++done; });
    }
  }
  CHECK(worked == 20);
  CHECK(done == 0);
}

TEST_CASE("a watch tells readable, writable and hang-up") {
  Loop loop;
  Pair sockets = make_sockets();
  int seen = 0;
  FdWatch watch{loop, sockets.near.get(), [&](int readiness) { seen = readiness; }};
  watch.want(kWritable);
  loop.run_once(true);
  CHECK(seen == kWritable);

  seen = 0;
  watch.want(kReadable | kHangup);
  REQUIRE(write(sockets.far.get(), "x", 1) == 1);
  loop.run_once(true);
  CHECK(seen == kReadable);

  sockets.far.reset();
  seen = 0;
  loop.run_once(true);
  CHECK((seen & kHangup) != 0);
}

TEST_CASE("a pipe whose writers are gone is readable, so that its reader sees the end") {
  Loop loop;
  Pair pipe = make_pipe();
  int seen = 0;
  FdWatch watch{loop, pipe.near.get(), [&](int readiness) { seen = readiness; }};
  watch.want(kReadable);
  pipe.far.reset();
  loop.run_once(true);
  CHECK((seen & kReadable) != 0);
}

TEST_CASE("readiness is told again until it is dealt with, and not at all while paused") {
  Loop loop;
  Pair pipe = make_pipe();
  int calls = 0;
  FdWatch watch{loop, pipe.near.get(), [&](int) { ++calls; }};
  REQUIRE(write(pipe.far.get(), "x", 1) == 1);
  watch.want(kReadable);
  loop.run_once(false);
  loop.run_once(false);
  CHECK(calls == 2);
  watch.pause();
  loop.run_once(false);
  CHECK(calls == 2);
  watch.want(kReadable);
  loop.run_once(false);
  CHECK(calls == 3);
}

TEST_CASE("a watch may be changed and destroyed from its own callback") {
  Loop loop;
  Pair pipe = make_pipe();
  REQUIRE(write(pipe.far.get(), "x", 1) == 1);
  int calls = 0;
  auto watch = std::unique_ptr<FdWatch>{};
  watch = std::make_unique<FdWatch>(loop, pipe.near.get(), [&](int) {
    if (++calls == 1) {
      watch->want(kReadable | kHangup);
    } else {
      watch.reset();
    }
  });
  watch->want(kReadable);
  loop.run();
  CHECK(calls == 2);
  CHECK_FALSE(watch);
}

TEST_CASE("a descriptor can be watched again after its watch is gone") {
  Loop loop;
  Pair pipe = make_pipe();
  int calls = 0;
  for (int i = 0; i < 3; ++i) {
    FdWatch watch{loop, pipe.near.get(), [&](int) { ++calls; }};
    watch.want(kReadable);
    if (i == 0) REQUIRE(write(pipe.far.get(), "x", 1) == 1);
    loop.run_once(true);
  }
  CHECK(calls == 3);
}

TEST_CASE("signals come one call each") {
  Loop loop;
  int calls = 0;
  SignalWatch watch{loop, SIGUSR1, [&] {
                      if (++calls < 2)
                        raise(SIGUSR1);
                      else
                        loop.stop();
                    }};
  raise(SIGUSR1);
  loop.run();
  CHECK(calls == 2);
}

TEST_CASE("a signal watch may destroy itself") {
  Loop loop;
  auto watch = std::unique_ptr<SignalWatch>{};
  bool called = false;
  watch = std::make_unique<SignalWatch>(loop, SIGUSR2, [&] {
    watch.reset();
    called = true;
  });
  raise(SIGUSR2);
  loop.run();
  CHECK(called);
}

}  // namespace
}  // namespace mainstay::io
