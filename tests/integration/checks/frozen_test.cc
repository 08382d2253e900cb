// Real processes that do something, nothing, or nothing any more.
#include <doctest/doctest.h>
#include <signal.h>

#include "integration/checks/engine_side.h"

using namespace mainstay;
using namespace mainstay::test;
using policy::CheckVerdict;

namespace {

// Long enough to be told from being slow, on a machine that has other things to do.
constexpr Duration kFor = 1s;

model::ServiceSpec watched_service(const KeeperFixture& fixture, std::vector<std::string> words) {
  model::ServiceSpec spec = service(fixture, std::move(words));
  return with_check(spec, model::FrozenProbe{0.1, kFor}, 1h);
}

std::vector<std::string> shell_words(const std::string& text) {
  return {"/bin/sh", "-c", text};
}

bool has_failed(EngineSide& side, RunId run) {
  const auto& results = side.results(run);
  return !results.empty() && results.back().verdict == CheckVerdict::Failed;
}

// So many looks have come, and all have passed.
void stays_alive(EngineSide& side, const runtime::WatchRequest& watched) {
  side.engine->watch_health(watched, false);
  auto& results = side.results(watched.start.run);
  side.fixture.until([&] { return results.size() >= 10; });
  for (const auto& result : results)
    CHECK_MESSAGE(result.verdict == CheckVerdict::Passed, result.message);
}

const std::string kDeadlock =
    "import threading\n"
    "a, b, both = threading.Lock(), threading.Lock(), threading.Barrier(2)\n"
    "def work(first, second):\n"
    "    with first:\n"
    "        both.wait()\n"
    "        with second: print('never')\n"
    "threading.Thread(target=work, args=(a, b)).start()\n"
    "work(b, a)\n";

}  // namespace

TEST_CASE("A tree in a deadlock is frozen, with control groups and without") {
  for (const bool groups : {true, false}) {
    KeeperFixture fixture;
    EngineSide side{fixture, groups};
    const auto spec = watched_service(fixture, {"/usr/bin/env", "python3", "-c", kDeadlock});
    const auto watched = side.start(spec);
    side.engine->watch_health(watched, false);
    fixture.until([&] { return has_failed(side, watched.start.run); });
    const auto& results = side.results(watched.start.run);
    CHECK(results.back().message.starts_with("no CPU time, output or I/O for "));
    CHECK(results.back().at - watched.started >= kFor);
    side.stop(watched);
  }
}

TEST_CASE("A busy service that is stopped by a signal is frozen") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto spec = watched_service(fixture, shell_words("while :; do :; done"));
  const auto watched = side.start(spec);
  stays_alive(side, watched);
  kill(watched.pid, SIGSTOP);
  fixture.until([&] { return has_failed(side, watched.start.run); });
  kill(watched.pid, SIGCONT);
  fixture.until([&] { return !has_failed(side, watched.start.run); });
  side.stop(watched);
}

TEST_CASE("A main process that waits for a busy child is not frozen") {
  for (const bool groups : {true, false}) {
    KeeperFixture fixture;
    EngineSide side{fixture, groups};
    const auto spec =
        watched_service(fixture, shell_words("setsid sh -c 'while :; do :; done' & wait"));
    const auto watched = side.start(spec);
    stays_alive(side, watched);
    side.stop(watched);
  }
}

TEST_CASE("A service that only prints now and then is not frozen") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto spec = watched_service(fixture, {"/usr/bin/env", "python3", "-uc",
                                              "import time\n"
                                              "while True:\n"
                                              "    print('still here')\n"
                                              "    time.sleep(0.2)\n"});
  const auto watched = side.start(spec);
  stays_alive(side, watched);
  side.stop(watched);
}

TEST_CASE("Time in which the controller was not there does not count") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto spec = watched_service(fixture, {"sleep", "1000"});
  const auto watched = side.start(spec);
  side.engine->watch_health(watched, false);
  auto& results = side.results(watched.start.run);
  fixture.until([&] { return results.size() >= 2; });
  const std::size_t before = results.size();
  side.ahead = 10 * kFor;
  fixture.until([&] { return results.size() > before; });
  CHECK(results[before].verdict == CheckVerdict::Passed);
  side.stop(watched);
}
