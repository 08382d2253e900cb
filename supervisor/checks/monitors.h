// Monitors: the same looks at what is not ours (ECOSYSTEM "monitors"). How each stands survives the
// controller, so a new one tells nothing twice. Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checks/engine.h"
#include "checks/monitor_record.h"
#include "mainstay/events.h"
#include "model/ecosystem.h"
#include "runtime/ports.h"

namespace mainstay::checks {

// One look that was answered, for the history.
struct PastLook {
  WallTime at;
  CheckVerdict verdict = CheckVerdict::Unknown;
  Duration latency{0};
};

// What people are shown of one.
struct MonitorStatus {
  std::string name;
  std::string kind;    // "tcp"
  std::string target;  // "db.internal:5432", as the file has it
  std::uint32_t failures_allowed = 0;
  std::uint32_t successes_needed = 1;
  Duration interval{0};
  Duration timeout{0};
  policy::CheckState state;
  bool down = false;  // not up again since it failed as often as it may
  std::optional<WallTime>
      since;  // when that was said last; nothing: it was neither up nor down yet
  std::optional<WallTime> last_at;
  std::optional<WallTime> last_good_at;
  const std::deque<PastLook>* history = nullptr;  // oldest first; valid until the loop turns
};

class Monitors {
 public:
  // `note` makes an event; it must only enqueue. Everything outlives this.
  using Note = std::function<void(EventKind, std::map<std::string, std::string>)>;
  Monitors(Engine& engine, std::span<const model::MonitorSpec> specs, runtime::StateStore& store,
           Note note);
  ~Monitors();
  Monitors(const Monitors&) = delete;
  Monitors& operator=(const Monitors&) = delete;

  // Told of every look, for the history. Must only enqueue.
  using OnLook = std::function<void(const std::string& monitor, const policy::CheckResult& result)>;
  void on_look(OnLook on_look) { on_look_ = std::move(on_look); }
  // How they stood for the former controller: all records of the store, others' too. Before
  // begin().
  void restore(std::span<const std::pair<std::uint32_t, std::string>> records);
  void begin();
  // Looks no more, and kills the commands that are under way.
  void end();

  std::vector<MonitorStatus> list(const Now& now) const;

  // Slots of the store from here on are theirs; below are those of instances.
  static constexpr std::uint32_t kFirstSlot = runtime::kFirstMonitorSlot;
  static constexpr std::size_t kKeptLooks = 60;

 private:
  struct Monitor;
  void begin(Monitor& monitor, std::size_t number);
  void on_result(Monitor& monitor, const policy::CheckResult& result);
  void announce(Monitor& monitor, bool down, const policy::CheckResult& result);
  void save(const Monitor& monitor);

  Engine& engine_;
  runtime::StateStore& store_;
  Note note_;
  OnLook on_look_;
  std::vector<std::unique_ptr<Monitor>> monitors_;
  std::vector<std::uint32_t> outdated_;  // slots of the former controller; begin() writes anew
};

}  // namespace mainstay::checks
