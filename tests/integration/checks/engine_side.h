// A controller's worth of parts around the check engine, on a real keeper.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/engine.h"
#include "integration/keeper/keeper_fixture.h"
#include "io/clock.h"
#include "logs/capture.h"
#include "process/limit_places.h"
#include "process/limits.h"
#include "process/notify_listener.h"
#include "process/runner.h"

namespace mainstay::test {

using namespace std::chrono_literals;

// No gateway: HTTP has tests of its own.
struct NoHttp final : checks::HttpChecks {
  std::uint64_t request(checks::HttpRequest, std::function<void(checks::HttpOutcome)>) override {
    return 0;
  }
  void cancel(std::uint64_t) override {}
};

class EngineSide {
 public:
  // `groups`: as the machine has them; else processes are found by their parents and cookies.
  explicit EngineSide(KeeperFixture& fixture, bool groups = true);

  // Starts a service and waits until it runs. Its logs are in the fixture's folder.
  runtime::WatchRequest start(const model::ServiceSpec& spec);
  // Ends it with all that it has started.
  void stop(const runtime::WatchRequest& watched);
  // The results that have come of a check, in order.
  std::vector<policy::CheckResult>& results(RunId run, std::uint32_t probe = 0) {
    return results_[{run, probe}];
  }
  // The next result of a check that nobody has asked for yet.
  policy::CheckResult next(RunId run, std::uint32_t probe = 0);

  KeeperFixture& fixture;
  process::ProcessTrees trees;
  process::LimitPlaces limit_places;
  process::ResourceLimits limits;
  process::NotifyListener notify;
  logs::Directory directory;
  logs::Capture capture;
  Heard host;
  std::unique_ptr<process::KeeperClient> client;
  std::unique_ptr<process::ProcessRunner> runner;
  NoHttp http;
  std::optional<checks::Engine> engine;
  Duration ahead{0};  // of the checks' clock

 private:
  void post(runtime::RunnerEvent event);

  std::uint64_t last_run_ = 0;
  std::map<RunId, runtime::Spawned> spawned_;
  std::map<RunId, std::string> failed_;
  std::map<RunId, bool> empty_;
  std::map<std::pair<RunId, std::uint32_t>, std::vector<policy::CheckResult>> results_;
  std::map<std::pair<RunId, std::uint32_t>, std::size_t> taken_;
};

// A service that runs `words`, and one that testchild plays.
model::ServiceSpec service(const KeeperFixture& fixture, std::vector<std::string> words);
model::ServiceSpec played(const KeeperFixture& fixture, std::vector<std::string> words);
// With one check of health, looked at every `interval`.
model::ServiceSpec& with_check(model::ServiceSpec& spec, model::Probe probe, Duration interval);
model::Probe command(std::vector<std::string> words);

// Turns the loop until `done`, which is also asked when nothing comes: for files and processes.
void await(KeeperFixture& fixture, const std::function<bool()>& done);
// The number in a file that a process of ours writes, once it is there.
int await_number(KeeperFixture& fixture, const std::filesystem::path& file);

}  // namespace mainstay::test
