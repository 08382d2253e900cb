// Runs beside the services: secret commands, stop commands, our own gateway. Started by the keeper
// like everything else; nothing of them is kept for a next controller. Loop thread only.
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

namespace mainstay::process {

// How an auxiliary run ended.
struct AuxiliaryResult {
  std::string failure;   // why it did not start, or was ended by us; empty: it ended by itself
  int error_number = 0;  // with a failure that an errno caused
  int wait_status = 0;
  std::string output;
};

struct AuxiliaryOptions {
  std::string label;             // "backend:0 stop"
  std::string shown_name;        // for messages: "stop.command of backend"
  std::size_t output_limit = 0;  // 0: its output goes nowhere; more than that ends it
  bool with_errors = false;      // what it writes on 2 is output as well
  Duration timeout{0};           // 0: none; after it, it is killed
};

// "was ended by signal KILL", "ended with code 1".
std::string how_it_ended(int wait_status);

class AuxiliaryRuns {
 public:
  AuxiliaryRuns(io::Loop& loop, KeeperClient& keeper);
  ~AuxiliaryRuns();  // leaves them running, calls nobody
  AuxiliaryRuns(const AuxiliaryRuns&) = delete;
  AuxiliaryRuns& operator=(const AuxiliaryRuns&) = delete;

  // Calls `done` once, from the loop or, when the request cannot even be sent, from here. `given`
  // is descriptor keeper::kGivenNumber of the program, if not empty. Gives the token for end().
  std::uint64_t start(const SpawnRequest& request, UniqueFd cgroup, AuxiliaryOptions options,
                      std::function<void(AuxiliaryResult)> done, UniqueFd given = {});
  // Kills it; `done` is told, with this failure, when it is gone. One that has ended is ignored.
  void end(std::uint64_t token, std::string failure);

  // What the keeper says of tokens from keeper::kFirstAuxiliaryToken on.
  void on_run(KeeperRun run);
  void on_refused(const KeeperRefusal& refusal);
  void on_exit(const KeeperExit& exit);

 private:
  struct One;
  void read_output(One& one);
  void end_early(One& one, std::string failure);
  void finish(std::uint64_t token);

  io::Loop& loop_;
  KeeperClient& keeper_;
  std::map<std::uint64_t, std::unique_ptr<One>> runs_;
};

}  // namespace mainstay::process
