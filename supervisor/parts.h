// The parts of the controller that exist only once the configuration is known, in the order of
// their construction.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/engine.h"
#include "checks/gateway_client.h"
#include "checks/monitors.h"
#include "control/metrics_counts.h"
#include "control/sampled_usage.h"
#include "control/server.h"
#include "controller_options.h"
#include "event_fan_out.h"
#include "history/crash_recorder.h"
#include "history/history.h"
#include "history/looks.h"
#include "history/sampling.h"
#include "inheritance.h"
#include "io/loop.h"
#include "late_sink.h"
#include "log_keeping.h"
#include "logs/capture.h"
#include "logs/directory.h"
#include "model/notification.h"
#include "own_log.h"
#include "process/event_ring.h"
#include "process/limits.h"
#include "process/memory_polling.h"
#include "process/runner.h"
#include "process/sampler.h"
#include "process/state_store.h"
#include "process/tree.h"
#include "recorded_samples.h"
#include "runtime/controller.h"
#include "web/access_store.h"
#include "web/page.h"

namespace mainstay {

// What they keep their things in.
struct Stores {
  logs::Directory directory;  // of logs
  process::MemfdStateStore state;
  process::MemfdStateStore losses;  // of logs
  process::MemfdStateStore checks;
  process::MemfdEventRing events;
  logs::UnlockedPlaces unlocked;
};

// Where logs are written: what was said on the command line counts more than the file.
std::filesystem::path log_dir_of(const ControllerArguments& arguments,
                                 const model::Ecosystem& ecosystem);

// Those of a former controller, else new ones. `notice` is told what is lost. `inherited` and
// `keeper` must outlive them.
Result<Stores> open_stores(const std::filesystem::path& log_dir,
                           const std::filesystem::path& state_dir, Inheritance& inherited,
                           process::KeeperClient& keeper,
                           const std::function<void(const std::string&)>& notice);

// What was there before them and outlives them.
struct Base {
  io::Loop& loop;
  process::ProcessTrees& trees;
  process::ResourceLimits& limits;
  process::ProcessRunner& runner;
  LateSink& sink;
  OwnLog& log;
  const ControllerArguments& arguments;
  std::function<void(const std::string&)> notice;
};

struct Parts {
  // All but the server. Nothing is started by it.
  Parts(const Base& base, Stores opened, model::Ecosystem ecosystem,
        const runtime::ControllerOptions& options);

  // From now on clients are answered, and logs are cut.
  void serve(io::Loop& loop, UniqueFd listening, control::Facts facts,
             control::UpgradeRequest upgrade, control::Configuration& configuration);
  // The page, if one is declared, is served as soon as it can be; but in drain mode nothing is done
  // that may be what controllers die of. After serve().
  void serve_page(Inheritance& inherited, process::KeeperClient& keeper);
  // Nothing more is to be told: all of it is written. Blocks until it is.
  void close_history();
  // The history gets what it lacks of the events of a former controller, and those to come have
  // numbers that it does not have. Blocks: before anything else is done.
  void continue_history();
  // What a run says of itself, to whom it concerns.
  void hear(RunId run, const model::Notification& told);
  void end_reload(RunId run);

  Stores stores;
  logs::Capture capture;
  EventFanOut events;
  checks::GatewayClient http;
  checks::Engine engine;
  runtime::Controller controller;
  checks::Monitors monitors;
  history::History history;
  history::CrashRecorder crashes;
  history::Looks looks;
  RecordedSamples samples;
  LogKeeping keeping;
  process::Sampler sampler;
  history::Sampling sampling;
  process::MemoryPolling polling;
  control::SampledUsage usage;
  io::Timer rest;  // after a look at everything
  control::MetricsCounts counts;
  web::AccessStore access;
  std::optional<web::Page> page;
  std::optional<control::Server> server;

 private:
  void record_looks();
  void make_page(io::Loop& loop);
  Result<UniqueFd> connect_gateway();

  std::function<void(const std::string&)> notice_;
  std::function<void(std::span<const UniqueFd>)> keep_page_;
  bool drains_;
};

}  // namespace mainstay
