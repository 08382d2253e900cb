// Means for checks without a keeper: nothing can be started, everything else is real.
#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/means.h"
#include "checks/probers.h"
#include "io/clock.h"
#include "io/loop.h"
#include "process/environment_posix.h"
#include "process/keeper_client.h"
#include "process/limit_places.h"
#include "process/limits.h"
#include "process/notify_listener.h"
#include "process/user_posix.h"
#include "unit/logs/support.h"

namespace mainstay::checks::test {

using namespace std::chrono_literals;

struct FakeHttp final : HttpChecks {
  std::uint64_t request(HttpRequest request, std::function<void(HttpOutcome)> done) override {
    asked.push_back(std::move(request));
    waiting.emplace(asked.size(), std::move(done));
    return asked.size();
  }
  void cancel(std::uint64_t token) override {
    if (waiting.erase(token) != 0) ++cancelled;
  }
  void answer(std::uint64_t token, HttpOutcome outcome) {
    const auto done = std::move(waiting.at(token));
    waiting.erase(token);
    done(std::move(outcome));
  }
  std::vector<HttpRequest> asked;
  std::map<std::uint64_t, std::function<void(HttpOutcome)>> waiting;
  int cancelled = 0;
};

inline UniqueFd unanswered_socket() {
  int ends[2] = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  close(ends[1]);
  return UniqueFd{ends[0]};
}

struct Rig {
  io::Loop loop;
  logs::test::TempFolder folder;
  logs::Directory logs = logs::test::open_directory(folder.path());
  process::KeeperClient keeper{loop, unanswered_socket()};
  process::ProcessTrees trees{loop, {folder.path().string(), getpid(), false, false}};
  process::AuxiliaryRuns auxiliary{loop, keeper, trees};
  process::LimitPlaces limit_places{{folder.path().string(), getpid(), false, false}, trees};
  process::ResourceLimits limits{loop, trees, limit_places, [](const std::string&) {}};
  process::NotifyListener notify{loop, trees, folder.path() / "notify",
                                 [](const process::NotifySource&, const model::Notification&) {},
                                 [](const std::string&) {}};
  process::Preparer preparer{
      auxiliary, trees, limits, notify, process::own_environment(), process::current_user()};
  FakeHttp http;
  Duration ahead{0};  // of the checks' clock
  Means means{loop, [this] { return now(); }, auxiliary, preparer, trees, logs, http};
  Shared shared{means};

  // Turns the loop until `done`; false after a long time.
  bool until(const std::function<bool()>& done) {
    const MonoTime end = io::read_clocks().mono + 20s;
    io::Timer wake{loop, [] {}};
    while (!done()) {
      if (io::read_clocks().mono > end) return false;
      wake.start(20ms);
      loop.run_once(true);
    }
    return true;
  }
  Now now() const {
    Now now = io::read_clocks();
    now.mono = now.mono + ahead;
    return now;
  }
  // The loop is held up by something else.
  static void work_for(Duration time) {
    const MonoTime end = io::read_clocks().mono + time;
    while (io::read_clocks().mono < end)
      continue;
  }
  // For what must not happen.
  void turn_for(Duration time) {
    bool over = false;
    io::Timer timer{loop, [&over] { over = true; }};
    timer.start(time);
    while (!over)
      loop.run_once(true);
  }
  // One look of a prober, to its answer.
  Answer look(Prober& prober, Duration timeout = 5s) {
    std::optional<Answer> got;
    prober.look(timeout, [&got](Answer answer) { got = std::move(answer); });
    REQUIRE(until([&got] { return got.has_value(); }));
    return *got;
  }
};

}  // namespace mainstay::checks::test
