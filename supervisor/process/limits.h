// limits.memory, cpu and processes of instances: kept by control groups where there are any for us,
// else as well as can be. (open_files and core are resource limits that a child sets for itself.)
//
// A limit that cannot be kept fails nothing: it is said once, and describe() says it always.
// Everything is found again by the main process alone, so a new controller needs no state of the
// old one. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/loop.h"
#include "keeper/request.h"
#include "process/limit_groups.h"
#include "runtime/ports.h"

namespace mainstay::process {

// What a child needs for its limits.
struct LimitsAtBirth {
  std::vector<std::string> enters;          // cgroup.procs files, to write "0" to
  std::vector<keeper::RunLimit> resources;  // if it becomes another user
};

// A run whose memory has to be looked at, because no event tells of it.
struct PolledMemory {
  std::string instance;
  std::uint64_t limit = 0;
};

class ResourceLimits {
 public:
  // `trees` and `places` outlive this. `notice` is told once of each limit that is not kept.
  ResourceLimits(io::Loop& loop, ProcessTrees& trees, LimitPlaces& places,
                 std::function<void(const std::string&)> notice);
  ~ResourceLimits();  // leaves groups as they are: the next controller takes them over
  ResourceLimits(const ResourceLimits&) = delete;
  ResourceLimits& operator=(const ResourceLimits&) = delete;

  // Told when a run has come to limits.memory: with memory_action: restart at most once while it
  // lives, and once when it has ended if the kernel killed in it; with alert every time anew. Must
  // only enqueue.
  void on_exceeded(std::function<void(const runtime::MemoryExceeded&)> callback) {
    on_exceeded_ = std::move(callback);
  }

  // After ProcessTrees::prepare, for the run and for what else is started in its place: makes the
  // groups and sets them.
  LimitsAtBirth prepare(const runtime::StartRequest& start);
  // The same for a run that an earlier controller started and that lives, with its main process.
  // What its groups can be set to they are set to now; the rest waits for the next start.
  void adopt(const runtime::StartRequest& start, int main_pid);
  // The run lives: its memory is watched.
  void started(const std::string& instance, RunId run);
  // Its main process has ended. The call tells of it when the kernel killed in it.
  void ended(const std::string& instance, RunId run);
  // Nothing of the run lives any more: its groups are removed.
  void released(const std::string& instance, RunId run);

  // The groups of a run that nobody knows, and that is being killed.
  void remove_when_empty(const std::string& instance, int main_pid);

  // Runs that no event tells of, and who wants to know when there is one more.
  std::vector<PolledMemory> polled() const;
  void on_polled(std::function<void()> callback) { on_polled_ = std::move(callback); }
  // What a polled run uses.
  void measured(const std::string& instance, std::uint64_t used);

  // One line for each of the three limits that the latest run has: "limits.memory 512M: by cgroup
  // v1; restarted from 496 MB on, killed by the kernel at 512M". Empty without limits.
  std::vector<std::string> describe(const std::string& instance) const;

 private:
  struct Kept;
  Kept* find(const std::string& instance, RunId run);
  Kept* add(const runtime::StartRequest& start, InstanceLimits limits);

  io::Loop& loop_;
  ProcessTrees& trees_;
  std::function<void(const runtime::MemoryExceeded&)> on_exceeded_;
  std::function<void()> on_polled_;
  LimitGroups groups_;
  std::map<std::string, std::unique_ptr<Kept>> kept_;  // by canonical name; only with limits
};

}  // namespace mainstay::process
