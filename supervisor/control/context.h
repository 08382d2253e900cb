// What handlers work with, and the requests that are answered later than in one call.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "control/port_oracle.h"
#include "control/usage_source.h"
#include "io/loop.h"
#include "logs/archiver.h"
#include "logs/capture.h"
#include "runtime/controller.h"

namespace mainstay::checks {
class Monitors;
}
namespace mainstay::history {
class History;
}
namespace mainstay::web {
class AccessStore;
class Page;
}  // namespace mainstay::web

namespace mainstay::control {

class HistorySource;
class MetricsCounts;

// The last upgrade, as long as the controller that it led to lives.
struct UpgradeFact {
  std::string from;
  bool ok = true;  // false: back to that version
  WallTime at;
};

// Drain mode: since when, after how many deaths of controllers, and when a whole one is tried
// again.
struct DrainFact {
  std::uint32_t crashes = 0;
  WallTime since;
  WallTime tries_again_at;
};

// What supervisor.info says of itself.
struct Facts {
  int pid = 0;  // the keeper
  int controller_pid = 0;
  Now started;  // when the supervisor (not this controller) started
  std::filesystem::path config;
  std::filesystem::path state_dir;
  std::filesystem::path log_dir;
  std::filesystem::path socket;
  std::map<unsigned, std::string> users{};  // names of those who may be let in, by uid
  std::optional<UpgradeFact> upgrade;
  std::optional<DrainFact> drain;
};

using UpgradeRequest =
    std::function<void(const std::string& who, std::function<void(Result<std::string>)> tried)>;

// The parts of the supervisor that the control socket shows and commands. All outlive the server.
struct Parts {
  io::Loop& loop;
  runtime::Controller& controller;
  UsageSource& usage;
  PortOracle& ports;
  logs::Capture& capture;
  logs::Archiver& archiver;
  history::History& history;
  std::function<Now()> clock;
  Facts facts;
  // Tries the installed programs and, if they are good, begins to replace us by them; `tried` gets
  // their version.
  UpgradeRequest upgrade;
  const checks::Monitors* monitors = nullptr;  // nothing: there are none
  HistorySource* samples = nullptr;            // nothing: no history is kept
  web::AccessStore* access = nullptr;          // nothing: nobody comes in over the web
  const MetricsCounts* counts = nullptr;       // nothing: nobody counts
  const web::Page* page = nullptr;             // nothing: none is declared
};

class Waits;
class Analyses;
class EventStreams;
class LogExports;
class LogStreams;
class ServiceStreams;
class LagMeter;

struct Context {
  Parts& parts;
  Waits& waits;
  EventStreams& events;
  LogStreams& logs;
  LogExports& exports;
  ServiceStreams& services;
  LagMeter& lag;
  Analyses& analyses;

  runtime::Controller& controller() const { return parts.controller; }
  Now now() const { return parts.clock(); }
};

}  // namespace mainstay::control
