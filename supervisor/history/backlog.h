// What waits to be written. Any thread: it is filled on the loop and taken by the worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "history/crash_record.h"
#include "history/series.h"
#include "runtime/ports.h"

namespace mainstay::history {

// What is written in one transaction.
struct Batch {
  std::vector<runtime::Event> events;  // ascending by number
  std::vector<Round> rounds;
  std::vector<CrashRecord> crashes;

  bool empty() const { return events.empty() && rounds.empty() && crashes.empty(); }
};

// How much of each is held; what is above pushes out the oldest.
struct BacklogLimits {
  std::size_t events = 8192;
  std::size_t samples = 8192;  // in all rounds together; one round is held however large it is
  std::size_t crashes = 32;    // each has up to 128 KiB of last words
};

// How many were pushed out.
struct Dropped {
  std::uint64_t events = 0;
  std::uint64_t rounds = 0;
  std::uint64_t crashes = 0;

  bool any() const { return events + rounds + crashes > 0; }
};

class Backlog {
 public:
  explicit Backlog(BacklogLimits limits) : limits_(limits) {}

  void add(const runtime::Event& event);
  void add(Round round);
  // The next record of its service says how many before it were pushed out.
  void add(CrashRecord record);
  bool empty() const;
  std::size_t events() const;

  Batch take();
  // What could not be written goes in front of what came since.
  void give_back(Batch batch);
  // Counts all of it as dropped.
  void drop(const Batch& batch);
  Dropped take_dropped();

 private:
  void enforce();
  void leave_out(const CrashRecord& record);

  const BacklogLimits limits_;
  mutable std::mutex mutex_;
  Batch waiting_;
  std::size_t samples_ = 0;  // in the rounds
  Dropped dropped_;
  std::map<std::string, std::uint64_t> left_out_;  // by service
};

}  // namespace mainstay::history
