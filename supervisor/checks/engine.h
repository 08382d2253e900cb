// The check engine: looks at runs as runtime/ asks it to, and tells what it saw. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "checks/means.h"
#include "checks/probers.h"
#include "checks/repeated.h"
#include "logs/rotation.h"
#include "runtime/ports.h"

namespace mainstay::checks {

class Engine final : public runtime::Checks {
 public:
  // `post` gets ProbeResults, from the loop and from inside calls; it must only enqueue.
  Engine(Means means, std::function<void(runtime::RunnerEvent)> post);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // --- runtime::Checks ---
  void await_ready(const runtime::WatchRequest& request) override;
  void watch_health(const runtime::WatchRequest& request, bool eager) override;
  void unwatch(RunId run) override;

  // --- what comes by itself ---
  // What a run says of itself; of one that is not watched it is ignored.
  void heard(RunId run, const Said& said);
  // As Capture tells it. Cheap for logs that no check looks at.
  void log_grew(const std::string& file) { shared_.taps.grew(file); }
  // Before the next file of that name grows.
  void log_rotated(const logs::Rotated& rotated) { shared_.taps.rotated(rotated); }

  // Told of every look at a service's health, for the history: "backend:0/http", or
  // "backend:0/http-2" for the second check of its kind. Must only enqueue.
  using OnLook = std::function<void(const std::string& check, const policy::CheckResult& result)>;
  void on_look(OnLook on_look) { on_look_ = std::move(on_look); }

  // For monitors, which look with the same means.
  const Means& means() const { return means_; }
  Shared& shared() { return shared_; }

 private:
  using Watched = std::vector<std::unique_ptr<Repeated>>;
  void keep(RunId run, const Said& said);
  std::unique_ptr<Repeated> begin(const runtime::WatchRequest& request, const model::Probe& probe,
                                  std::uint32_t number, Plan plan, Repeated::Report report);
  Repeated::Report report_of(RunId run, std::uint32_t number, std::string check);
  Memory memory_of(const runtime::WatchRequest& request, std::uint32_t number);

  Means means_;
  std::function<void(runtime::RunnerEvent)> post_;
  OnLook on_look_;
  Shared shared_;
  std::unordered_map<RunId, std::vector<Said>> early_;  // said before health was watched
  std::unordered_map<RunId, Watched> runs_;             // goes first: probers use the rest
};

}  // namespace mainstay::checks
