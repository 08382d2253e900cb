// What trees can do without being root.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "process/cgroup_linux.h"
#include "unit/process/each_tree_kind.h"

namespace mainstay::process::testing {

TEST_CASE(
    "below a group that is delegated to us, even a plain user gets groups, and we move into a "
    "leaf") {
  const std::string group = "/sys/fs/cgroup/unified/mainstay-test-" + std::to_string(getpid());
  const std::string pure = "/sys/fs/cgroup/mainstay-test-" + std::to_string(getpid());
  std::string own;
  for (const auto& folder : {group, pure}) {
    if (geteuid() == 0 && own.empty() && mkdir(folder.c_str(), 0755) == 0) {
      own = access((folder + "/cgroup.events").c_str(), F_OK) == 0 ? folder
                                                                   : (rmdir(folder.c_str()), "");
    }
  }
  if (own.empty() || setxattr(own.c_str(), "user.delegate", "1", 1, 0) != 0) {
    MESSAGE("skipped: needs root and a writable cgroup v2 hierarchy");
    return;
  }
  constexpr unsigned kNobody = 65534;
  for (const auto& file : {own, own + "/cgroup.procs"})
    REQUIRE(chown(file.c_str(), kNobody, kNobody) == 0);
  const int child = fork();
  if (child == 0) {
    write_control(own + "/cgroup.procs", "0");
    if (setresgid(kNobody, kNobody, kNobody) != 0 || setresuid(kNobody, kNobody, kNobody) != 0)
      _exit(10);
    FakeKeeper keeper;
    ProcessTrees trees{keeper.loop(), options_for(TreeKind::CgroupV2)};
    if (trees.kind() != TreeKind::CgroupV2) _exit(11);
    if (!own_cgroup(read_control("/proc/self/cgroup"), "")->ends_with("/supervisor")) _exit(12);
    auto run = keeper.spawn(trees, "backend:0", {"escapees", "2"});
    trees.started("backend:0", run.pid);
    const auto pids = numbers(keeper, run, 3);
    if (!instance_group(trees, "backend:0").starts_with(own + "/mainstay-")) _exit(13);
    // A second controller finds the same place although we are in the leaf by now.
    if (!is_populated(instance_group(trees, "backend:0"))) _exit(14);
    if (!kill_and_wait(keeper, trees, "backend:0") || alive_among(pids) != 0) _exit(15);
    trees.remove_all();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  remove_group(own);
  CHECK(access(own.c_str(), F_OK) != 0);
}

TEST_CASE("the sweep needs no privileges") {
  if (geteuid() != 0) return;  // then every case here has shown it
  const int child = fork();
  if (child == 0) {
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) _exit(10);
    FakeKeeper keeper;
    ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
    auto run = keeper.spawn(trees, "backend:0", {"escapees", "5"});
    trees.started("backend:0", run.pid);
    const auto pids = numbers(keeper, run, 6);
    if (alive_among(pids) != 6) _exit(11);
    if (!kill_and_wait(keeper, trees, "backend:0")) _exit(12);
    _exit(alive_among(pids) == 0 ? 0 : 13);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}

}  // namespace mainstay::process::testing
