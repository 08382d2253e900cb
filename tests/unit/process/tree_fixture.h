// A keeper for the tests of process/: the test itself is the subreaper, starts runs as the keeper
// would, and reaps.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/loop.h"
#include "process/proc_linux.h"
#include "process/tree.h"

namespace mainstay::process::testing {

class FakeKeeper {
 public:
  FakeKeeper();
  ~FakeKeeper();  // kills and reaps whatever a failed test left
  FakeKeeper(const FakeKeeper&) = delete;
  FakeKeeper& operator=(const FakeKeeper&) = delete;

  io::Loop& loop() { return loop_; }

  struct Run {
    int pid = 0;
    UniqueFd output;
  };
  // Starts tree_child with `arguments` as a run of `instance`: enters the groups, own session,
  // cookie. The caller tells `trees` that it has started.
  Run spawn(ProcessTrees& trees, const std::string& instance,
            const std::vector<std::string>& arguments);
  // A child of the keeper that is nobody's run, in its own session.
  Run spawn_stranger(const std::vector<std::string>& arguments);

  // Turns the loop until `condition` holds; false after 20 s. Reaps meanwhile.
  bool run_until(const std::function<bool()>& condition);
  // The next number that the run wrote.
  int next_number(const Run& run);
  bool reaped(int pid);

 private:
  Run fork_child(const TreePlace& place, const std::string& cookie,
                 const std::vector<std::string>& arguments);
  void reap();

  io::Loop loop_;
  std::optional<io::SignalWatch> children_;
  std::vector<int> reaped_;
  int generation_ = 0;
};

bool is_alive(int pid);
// A name that no other test or supervisor on this machine uses as its state directory.
std::string unique_state_dir();

}  // namespace mainstay::process::testing
