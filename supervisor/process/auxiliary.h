// Runs beside the services: secret commands, stop commands, commands of checks, our gateway.
// Started by the keeper like everything else; nothing of them is kept for a next controller, which
// ends those whose result nobody waits for any more. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/time.h"
#include "io/loop.h"
#include "process/keeper_client.h"
#include "process/start_failure.h"
#include "process/tree.h"

namespace mainstay::process {

// How an auxiliary run ended.
struct AuxiliaryResult {
  std::string failure;   // why it did not start, or was ended by us; empty: it ended by itself
  int error_number = 0;  // with a failure that an errno caused
  bool timed_out = false;
  int wait_status = 0;
  std::string output;
};

struct AuxiliaryOptions {
  std::string label;             // "backend:0 stop"
  std::string shown_name;        // for messages: "stop.command of backend"
  std::size_t output_limit = 0;  // 0: its output goes nowhere; more than that ends it
  bool with_errors = false;      // what it writes on 2 is output as well
  Duration timeout{0};           // 0: none; after it, it is killed
  // In a tree of its own: when it ends, by itself or not, all that it started is killed. The label
  // is then a canonical name, "backend:0".
  bool own_tree = false;
  bool keep_last = false;  // only the last output_limit bytes: more does not end it
  // It ends by itself once nobody talks to it: a next controller gives it kLeaveTime to do so.
  bool leaves_by_itself = false;
};

class AuxiliaryRuns {
 public:
  static constexpr Duration kLeaveTime = std::chrono::seconds{5};

  AuxiliaryRuns(io::Loop& loop, KeeperClient& keeper, ProcessTrees& trees);
  ~AuxiliaryRuns();  // leaves them running, calls nobody
  AuxiliaryRuns(const AuxiliaryRuns&) = delete;
  AuxiliaryRuns& operator=(const AuxiliaryRuns&) = delete;

  // Calls `done` once, from the loop or, when the request cannot even be sent, from here; then the
  // token is 0. With a tree of its own, the request's cgroups and cookie are made here. `given` is
  // descriptor keeper::kGivenNumber of the program, if not empty.
  std::uint64_t start(const SpawnRequest& request, UniqueFd cgroup, AuxiliaryOptions options,
                      std::function<void(AuxiliaryResult)> done, UniqueFd given = {});
  // Kills it, and its tree if that is its own; its `done` is not called. 0 and what has ended are
  // ignored.
  void cancel(std::uint64_t token);
  // Leaves it running; its `done` is not called.
  void let_go(std::uint64_t token);

  // What the keeper says of tokens from keeper::kFirstAuxiliaryToken on.
  void on_run(KeeperRun run);
  void on_refused(const KeeperRefusal& refusal);
  void on_exit(const KeeperExit& exit);

 private:
  struct One;
  Result<UniqueFd> plant(One& one, SpawnRequest& request);
  Status ask(One& one, const SpawnRequest& request, UniqueFd cgroup, UniqueFd given);
  void limit_time(One& one);
  void abandon(KeeperRun run);
  void see_off(KeeperRun run);
  void read_output(One& one);
  void keep(One& one, std::string_view piece);
  void end_early(One& one, std::string failure);
  void kill(const One& one);
  void end_tree(const std::string& tree);
  void finish(std::uint64_t token);

  io::Loop& loop_;
  KeeperClient& keeper_;
  ProcessTrees& trees_;
  std::map<std::uint64_t, std::unique_ptr<One>> runs_;
};

}  // namespace mainstay::process
