// The history: what happened, and what was measured, on its way to disk and back. Loop thread
// only; all work on the file is done in a worker, one job at a time, and nothing is done when
// nothing happens.
//
// Whatever befalls the file, services do not notice: what cannot be written waits, bounded, and is
// tried again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "history/audit_check.h"
#include "history/backlog.h"
#include "history/event_table.h"
#include "history/sample_table.h"
#include "history/store.h"
#include "io/loop.h"
#include "runtime/ports.h"

namespace mainstay::history {

struct HistoryOptions {
  std::filesystem::path state_dir{};
  Duration keep = std::chrono::hours{24};  // samples at full step
  std::string off{};                       // why there is no history; empty: there is one
  BacklogLimits limits{};
  Duration first_retry = std::chrono::seconds{1};  // doubled up to half a minute
};

enum class HistoryState : std::uint8_t {
  On,
  Paused,  // what happens now may be missing later
  Off,     // neither written nor read
};

constexpr std::string_view to_string(HistoryState state) {
  constexpr std::string_view kNames[] = {"on", "paused", "off"};
  return kNames[static_cast<std::size_t>(state)];
}

struct HistoryStatus {
  HistoryState state = HistoryState::On;
  std::string reason;  // a sentence; empty while it is on
};

class History final : public runtime::EventSink {
 public:
  using Notice = std::function<void(const std::string&)>;
  template <typename T>
  using Answer = std::function<void(Result<T>)>;

  // Opens nothing yet. `notice` is told on the loop.
  History(io::Loop& loop, HistoryOptions options, Notice notice);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // Told, on the loop, of the number of the newest event that is on disk; everything before it is
  // there too, or was given up for want of room.
  void on_stored(std::function<void(std::uint64_t newest)> stored) { stored_ = std::move(stored); }

  // --- what is to be written: soon, together with what else comes by then ---
  void on_event(const runtime::Event& event) override;
  void add(Round round);
  void add(CrashRecord record);

  // --- what is to be read: with everything that was added before it. `done` runs on the loop,
  // unless the loop ends before ---
  void samples(SeriesQuery query, Answer<std::vector<SeriesAnswer>> done);
  void latest(SeriesKind kind, std::vector<std::string> names,
              Answer<std::vector<LatestAnswer>> done);
  void names(SeriesKind kind, Answer<std::vector<std::string>> done);
  void events(EventQuery query, Answer<std::vector<runtime::Event>> done);
  void audit(EventQuery query, Answer<std::vector<AuditEntry>> done);
  // A piece of it (audit_check.h).
  void check_audit(AuditCheck check, Answer<AuditCheck> done);
  // The newest first, at most kKeptCrashes.
  void crashes(std::string service, Answer<std::vector<CrashRecord>> done);

  // The number of the newest event on disk; 0: none. Blocks: for a start, before there is a loop
  // to be held up.
  Result<std::uint64_t> last_event();
  // Blocks until everything is written, or could not be; from now on nothing is written or read.
  void close();

  const HistoryStatus& status() const { return status_; }

 private:
  class Worker;
  struct Job;
  struct Question {
    std::function<void(Store&)> ask;
    std::function<void()> done;
  };

  template <typename T, typename Ask>
  void enqueue(Ask ask, Answer<T> done);
  void plan();
  void start_job(bool writes);
  void on_done(const Job& job);
  void say(const Job& job);
  void on_written(std::uint64_t newest_event);
  void on_failed(const Error& why);
  void turn_off(std::string reason);

  io::Loop& loop_;
  HistoryOptions options_;
  Notice notice_;
  std::function<void(std::uint64_t)> stored_;
  std::shared_ptr<Backlog> backlog_;  // shared with the worker
  std::shared_ptr<Worker> worker_;
  std::vector<Question> questions_;
  io::Timer timer_;
  HistoryStatus status_;
  Duration retry_{0};
  int failures_ = 0;  // in a row
  bool planned_ = false;
  bool working_ = false;
};

}  // namespace mainstay::history
