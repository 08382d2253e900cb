// Looks after archives: has them compressed and, when their time has come, deleted, one job of a
// worker at a time for the whole supervisor. Loop thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "io/loop.h"
#include "logs/archive_jobs.h"

namespace mainstay::logs {

class Archiver {
 public:
  Archiver(io::Loop& loop, std::filesystem::path directory, KeepPolicy policy,
           std::function<Now()> clock = io::read_clocks);
  ~Archiver();  // a job that runs is told to stop; the loop waits for it
  Archiver(const Archiver&) = delete;
  Archiver& operator=(const Archiver&) = delete;

  // Clears up after a former controller, says what archives there are (Capture::begin_rotation
  // wants it) and begins to look after them.
  void begin(std::function<void(std::span<const ArchiveName> newest)> known);
  // At once, or as soon as it is known what archives there are.
  void when_known(std::function<void()> then);
  // There is a new archive.
  void tidy();
  // Frees space now: deletes the oldest archives, of whatever log, until `bytes` are free or none
  // is left. `done` gets how many bytes were freed. Goes before everything else.
  void free_space(std::uint64_t bytes, std::function<void(std::uint64_t freed)> done);
  // Deletes all archives of these logs.
  void delete_archives(std::vector<std::string> logs,
                       std::function<void(std::uint64_t freed, std::optional<Error>)> done);
  // What there is. Waits for no other job.
  void look(std::function<void(Result<Inventory>)> done);
  // Whether a job is with the worker.
  bool busy() const { return running_; }
  const KeepPolicy& policy() const { return policy_; }

  // What could not be compressed or deleted; told once until it changes.
  void set_on_trouble(std::function<void(const Error&)> callback) {
    on_trouble_ = std::move(callback);
  }

 private:
  using Job = std::function<JobReport(const JobSignals&)>;
  using Done = std::function<void(const JobReport&)>;
  struct Deletion {
    Job job;
    Done done;
  };
  struct Shared;

  void enqueue(Deletion deletion);
  void next();
  void start(Job job, Done done);
  void finished(const JobReport& report);
  void plan(const JobReport& report);

  io::Loop& loop_;
  std::filesystem::path directory_;
  KeepPolicy policy_;
  std::function<Now()> clock_;
  io::Timer timer_;                 // for the archive that becomes too old next
  std::shared_ptr<Shared> shared_;  // with jobs, which may outlive us
  std::vector<Deletion> deletions_;
  std::vector<std::function<void()>> waiting_;  // for begun_
  bool begun_ = false;
  bool running_ = false;
  bool tidy_wanted_ = false;
  bool resting_ = false;  // between two jobs that tidy
  std::string last_trouble_;
  std::function<void(const Error&)> on_trouble_;
};

}  // namespace mainstay::logs
