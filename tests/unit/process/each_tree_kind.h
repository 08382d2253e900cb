// The same scenario with every back end that can be had on this machine.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "unit/process/tree_fixture.h"

namespace mainstay::process::testing {

inline TreeOptions options_for(TreeKind kind) {
  TreeOptions options;
  options.state_dir = unique_state_dir();
  options.keeper_pid = getpid();
  options.allow_v2 = kind == TreeKind::CgroupV2;
  options.allow_v1 = kind == TreeKind::CgroupV1;
  return options;
}

// The next `count` pids that the run reports.
inline std::vector<int> numbers(FakeKeeper& keeper, const FakeKeeper::Run& run, int count) {
  std::vector<int> pids;
  for (int i = 0; i < count; ++i)
    pids.push_back(keeper.next_number(run));
  return pids;
}

inline int alive_among(const std::vector<int>& pids) {
  return static_cast<int>(std::count_if(pids.begin(), pids.end(), is_alive));
}

inline std::string instance_group(const ProcessTrees& trees, const std::string& instance) {
  for (const auto& entry : trees.index()->entries) {
    if (entry.instance == instance) return entry.cgroup;
  }
  return "";
}

// Kills the tree of `instance` and waits until it says that it is empty.
inline bool kill_and_wait(FakeKeeper& keeper, ProcessTrees& trees, const std::string& instance) {
  bool empty = false;
  trees.await_empty(instance, [&] { empty = true; });
  trees.kill_tree(instance);
  return keeper.run_until([&] { return empty; });
}

// Says aloud which kinds cannot be had. What the scenario leaves is killed.
inline void with_each_kind(const std::function<void(FakeKeeper&, ProcessTrees&)>& scenario) {
  for (const auto kind : {TreeKind::CgroupV2, TreeKind::CgroupV1, TreeKind::Sweep}) {
    CAPTURE(to_string(kind));
    FakeKeeper keeper;
    ProcessTrees trees{keeper.loop(), options_for(kind)};
    if (trees.kind() != kind) {
      MESSAGE("skipped: no " << to_string(kind) << " here (needs root and a writable hierarchy)");
      continue;
    }
    scenario(keeper, trees);
    const auto index = trees.index();
    for (const auto& entry : index->entries)
      CHECK(kill_and_wait(keeper, trees, entry.instance));
    trees.remove_all();
  }
}

}  // namespace mainstay::process::testing
