// One analysis under way: what a worker reads, slice by slice, and what the loop knows of the
// services meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/call.h"
#include "control/context.h"
#include "history/event_table.h"
#include "logs/analysis.h"
#include "logs/directory.h"
#include "logs/verdict.h"

namespace mainstay::control {

struct AnalysisWish {
  std::vector<std::string> targets;
  logs::Span span;  // has both ends
  bool progress = false;
};

class AnalysisRun {
 public:
  AnalysisRun(const Call& call, AnalysisWish wish, const Parts& parts,
              std::vector<InstanceId> instances);

  const Call& call() const { return call_; }
  const AnalysisWish& wish() const { return wish_; }

  // In a worker, with nothing else under way: reads a piece of the logs.
  void slice();
  bool has_read() const { return read_; }
  const std::string& problem() const { return problem_; }  // why nothing could be read
  logs::Analysis::Progress progress() const { return analysis_->progress(); }

  // On the loop: counts restarts among the events of the time, a page after the other.
  history::EventQuery events_wanted() const;
  // True: there are more to ask for.
  bool count_restarts(const std::vector<runtime::Event>& page);
  // The same with what is in memory, when there is no history: there may have been more.
  void count_remembered_restarts(const runtime::Controller& controller);

  // On the loop, after both: what the services use and do now.
  void look_at_services(const Parts& parts);

  // In a worker, after that: what to think of each service.
  struct Subject {
    logs::Findings findings;
    logs::Vitals vitals;
    logs::Verdict verdict;
  };
  std::vector<Subject> judge();

 private:
  void begin();

  Call call_;
  AnalysisWish wish_;
  std::filesystem::path log_dir_;
  std::vector<logs::Analysis::Subject> subjects_;
  std::optional<logs::Directory> directory_;  // of the workers
  std::unique_ptr<logs::Analysis> analysis_;
  bool read_ = false;
  std::string problem_;

  std::uint64_t next_event_ = 0;
  bool events_are_all_ = true;
  std::map<std::string, std::uint64_t> restarts_;  // by service
  std::map<std::string, logs::Vitals> vitals_;     // by service
};

}  // namespace mainstay::control
