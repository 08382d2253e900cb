// Limits without root: what is written into the files of control groups, here plain files.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "process/limit_settings.h"
#include "process/limits.h"
#include "process/memory_guard.h"
#include "process/memory_polling.h"
#include "unit/process/each_tree_kind.h"

namespace mainstay::process::testing {

namespace {

constexpr std::uint64_t kMega = 1024 * 1024;

std::string text_of(const std::vector<ControlSetting>& settings) {
  std::string out;
  for (const auto& setting : settings)
    out += setting.file + "=" + setting.value + (setting.optional ? "? " : " ");
  return out;
}

model::Limits memory_limit(std::uint64_t bytes,
                           model::MemoryAction action = model::MemoryAction::Restart) {
  model::Limits limits;
  limits.memory = Bytes{bytes};
  limits.memory_action = action;
  return limits;
}

// A folder that looks like control groups.
class FakeGroups {
 public:
  FakeGroups() {
    std::string name = "/tmp/mainstay-groups-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~FakeGroups() { std::filesystem::remove_all(root_); }
  FakeGroups(const FakeGroups&) = delete;
  FakeGroups& operator=(const FakeGroups&) = delete;

  std::string root() const { return root_.string(); }
  void write(const std::string& group, const std::string& file, const std::string& text) {
    std::filesystem::create_directories(root_ / group);
    std::ofstream{root_ / group / file} << text;
  }
  void remove(const std::string& group, const std::string& file) {
    std::filesystem::remove(root_ / group / file);
  }
  std::string read(const std::string& group, const std::string& file) const {
    std::ifstream in{root_ / group / file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

 private:
  std::filesystem::path root_;
};

class FakePlaces : public LimitPlaces {
 public:
  FakePlaces(const ProcessTrees& trees, std::map<std::string, LimitPlace, std::less<>> places)
      : LimitPlaces(options_for(TreeKind::Sweep), trees), fake_(std::move(places)) {}

 protected:
  LimitPlace find(std::string_view controller) const override {
    const auto found = fake_.find(controller);
    if (found != fake_.end()) return found->second;
    return {GroupKind::None, {}, "there is no " + std::string{controller} + " here"};
  }

 private:
  std::map<std::string, LimitPlace, std::less<>> fake_;
};

// One service "a" with limits, in a world of fake groups.
struct World {
  explicit World(std::map<std::string, LimitPlace, std::less<>> fake)
      : trees(keeper.loop(), options_for(TreeKind::Sweep)),
        places(trees, std::move(fake)),
        limits(keeper.loop(), trees, places, [this](const auto& text) { said.push_back(text); }) {
    spec.name = "a";
    start.run = RunId{7};
    start.canonical_name = "a:0";
    start.spec = &spec;
    limits.on_exceeded([this](const runtime::MemoryExceeded& told) { exceeded.push_back(told); });
    REQUIRE(trees.prepare("a:0").ok());
  }

  FakeKeeper keeper;
  ProcessTrees trees;
  FakePlaces places;
  std::vector<std::string> said;
  std::vector<runtime::MemoryExceeded> exceeded;
  ResourceLimits limits;
  model::ServiceSpec spec;
  runtime::StartRequest start;
};

std::map<std::string, LimitPlace, std::less<>> everywhere(GroupKind kind, const FakeGroups& fake) {
  const LimitPlace place{kind, fake.root(), {}};
  return {{"memory", place}, {"cpu", place}, {"pids", place}};
}

}  // namespace

TEST_CASE("a memory limit is a hard one with a softer below it, or neither with an alert") {
  const auto limits = memory_limit(512 * kMega);
  CHECK(text_of(memory_settings(GroupKind::V2, limits)) ==
        "memory.swap.max=0? memory.max=536870912 memory.high=520093696 memory.oom.group=1? ");
  CHECK(text_of(memory_settings(GroupKind::V1, limits)) ==
        "memory.memsw.limit_in_bytes=-1? memory.limit_in_bytes=536870912 "
        "memory.memsw.limit_in_bytes=536870912? ");
  CHECK(soft_limit(64 * kMega) == 60 * kMega);
  CHECK(soft_limit(8 * kMega) == 6 * kMega);
  CHECK(soft_limit(4) == 3);
  const auto alert = memory_limit(512 * kMega, model::MemoryAction::Alert);
  CHECK(text_of(memory_settings(GroupKind::V2, alert)) ==
        "memory.swap.max=max? memory.max=max memory.high=max memory.oom.group=0? ");
  CHECK(text_of(memory_settings(GroupKind::V1, alert)) ==
        "memory.memsw.limit_in_bytes=-1? memory.limit_in_bytes=-1 "
        "memory.memsw.limit_in_bytes=-1? ");
}

TEST_CASE("a share of processors is a quota that the kernel takes, however small") {
  model::Limits limits;
  limits.cpu_percent = 150;
  CHECK(text_of(cpu_settings(GroupKind::V2, limits)) == "cpu.max=150000 100000 ");
  CHECK(text_of(cpu_settings(GroupKind::V1, limits)) ==
        "cpu.cfs_quota_us=-1 cpu.cfs_period_us=100000 cpu.cfs_quota_us=150000 ");
  limits.cpu_percent = 0.5;
  CHECK(text_of(cpu_settings(GroupKind::V2, limits)) == "cpu.max=5000 1000000 ");
  limits.cpu_percent = 0.01;
  CHECK(text_of(cpu_settings(GroupKind::V2, limits)) == "cpu.max=1000 1000000 ");
  CHECK(text_of(cpu_settings(GroupKind::V2, {})) == "cpu.max=max 100000 ");
  limits.processes = 20;
  CHECK(text_of(process_settings(GroupKind::V1, limits)) == "pids.max=20 ");
}

TEST_CASE("caches of files are not what a group holds, memory in tmpfs is") {
  CHECK(group_memory_of(GroupKind::V2, 100,
                        "anon 40\nfile 50\nshmem 10\nfile_mapped 3\nslab_reclaimable 5\n")
            .held == 55);
  CHECK(group_memory_of(GroupKind::V2, 10, "file 50\n").held == 0);
  CHECK(group_memory_of(GroupKind::V1, 100,
                        "rss 1\ntotal_cache 70\ntotal_rss 20\ntotal_shmem 7\ntotal_swap 2\n")
            .held == 29);
  CHECK(find_count("oom 1\noom_kill 12\n", "oom_kill") == 12);
  CHECK(find_count("oom_kill_disable 0\n", "oom_kill") == std::nullopt);
  CHECK(find_count("oom_kill x\n", "oom_kill") == std::nullopt);
}

TEST_CASE("the group of cgroup v2 that a service is born in gets all of its limits") {
  FakeGroups fake;
  for (const auto* file : {"memory.max", "memory.high", "cpu.max", "pids.max", "memory.oom.group"})
    fake.write("a.0", file, "");
  World world{everywhere(GroupKind::V2, fake)};
  world.spec.limits = memory_limit(64 * kMega);
  world.spec.limits.cpu_percent = 20;
  world.spec.limits.processes = 30;
  const auto birth = world.limits.prepare(world.start);
  CHECK(birth.enters.empty());
  CHECK(fake.read("a.0", "memory.max") == "67108864");
  CHECK(fake.read("a.0", "memory.high") == "62914560");
  CHECK(fake.read("a.0", "memory.oom.group") == "1");
  CHECK(fake.read("a.0", "cpu.max") == "20000 100000");
  CHECK(fake.read("a.0", "pids.max") == "30");
  CHECK(world.said.empty());
  const auto described = world.limits.describe("a:0");
  REQUIRE(described.size() == 3);
  CHECK(described[0] ==
        "limits.memory 64M: by cgroup v2; restarted from 60 MB on, killed by the kernel at 64M");
  CHECK(described[1] == "limits.cpu 20%: by cgroup v2");
  CHECK(described[2] == "limits.processes 30: by cgroup v2; threads count too");
}

TEST_CASE("the kernel's kills in a group are told when its own limit was why, once") {
  FakeGroups fake;
  fake.write("a.0", "memory.max", "");
  fake.write("a.0", "memory.high", "");
  World world{everywhere(GroupKind::V2, fake)};
  world.spec.limits = memory_limit(64 * kMega);
  world.limits.prepare(world.start);
  world.limits.started("a:0", world.start.run);  // there are no memory.events to watch yet
  fake.write("a.0", "memory.events", "low 0\nhigh 3\nmax 2\noom 0\noom_kill 1\n");
  SUBCASE("the machine was full, not the group") {
    world.limits.ended("a:0", world.start.run);
    CHECK(world.exceeded.empty());
  }
  SUBCASE("the group was full") {
    fake.write("a.0", "memory.events", "low 0\nhigh 3\nmax 2\noom 1\noom_kill 1\n");
    world.limits.ended("a:0", world.start.run);
    world.limits.ended("a:0", world.start.run);
    REQUIRE(world.exceeded.size() == 1);
    CHECK(world.exceeded[0].run == world.start.run);
    CHECK(world.exceeded[0].killed);
    CHECK(world.exceeded[0].limit_bytes == 64 * kMega);
  }
  SUBCASE("it had happened to the run before") {
    fake.write("a.0", "memory.events", "low 0\nhigh 3\nmax 2\noom 1\noom_kill 1\n");
    world.start.run = RunId{8};
    world.limits.prepare(world.start);
    fake.remove("a.0", "memory.events");  // a plain file cannot be watched
    world.limits.started("a:0", world.start.run);
    fake.write("a.0", "memory.events", "low 0\nhigh 3\nmax 2\noom 1\noom_kill 1\n");
    world.limits.ended("a:0", world.start.run);
    CHECK(world.exceeded.empty());
  }
}

TEST_CASE("in cgroup v1 each limit has a group of its own to enter, which goes with the run") {
  FakeGroups memory;
  FakeGroups pids;
  memory.write("r/a.0", "memory.limit_in_bytes", "");
  pids.write("r/a.0", "pids.max", "");
  World world{{{"memory", {GroupKind::V1, memory.root() + "/r", {}}},
               {"pids", {GroupKind::V1, pids.root() + "/r", {}}}}};
  world.spec.limits = memory_limit(kMega);
  world.spec.limits.processes = 5;
  const auto birth = world.limits.prepare(world.start);
  CHECK(birth.enters == std::vector<std::string>{memory.root() + "/r/a.0/cgroup.procs",
                                                 pids.root() + "/r/a.0/cgroup.procs"});
  CHECK(memory.read("r/a.0", "memory.limit_in_bytes") == "1048576");
  CHECK(pids.read("r/a.0", "pids.max") == "5");
  // A stop command joins what the run has.
  CHECK(world.limits.prepare(world.start).enters == birth.enters);
  pids.remove("r/a.0", "pids.max");        // as if it were a control group
  world.limits.released("a:0", RunId{6});  // an older run
  CHECK(std::filesystem::exists(pids.root() + "/r/a.0"));
  world.limits.released("a:0", world.start.run);
  CHECK_FALSE(std::filesystem::exists(pids.root() + "/r"));
}

TEST_CASE("what nothing can keep is said once and described always") {
  World world{{}};
  world.spec.limits = memory_limit(kMega);
  world.spec.limits.cpu_percent = 50;
  world.spec.limits.processes = 5;
  for (std::uint64_t run = 1; run <= 3; ++run) {
    world.start.run = RunId{run};
    CHECK(world.limits.prepare(world.start).enters.empty());
  }
  CHECK(world.said ==
        std::vector<std::string>{"a: limits.cpu 50%: not kept, because there is no cpu here",
                                 "a: limits.processes 5: not kept, because there is no pids here"});
  const auto described = world.limits.describe("a:0");
  REQUIRE(described.size() == 3);
  CHECK(described[0] ==
        "limits.memory 1M: looked at every 10 seconds at least, because there is no memory here");
  world.spec.limits = {};
  world.limits.prepare(world.start);
  // The same run has what it was started with; the next has none.
  world.start.run = RunId{9};
  world.limits.prepare(world.start);
  CHECK(world.limits.describe("a:0").empty());
}

TEST_CASE("without control groups what a user may run bounds the service that becomes that user") {
  World world{{}};
  world.spec.limits.processes = 20;
  world.spec.instances = 3;
  world.spec.user = "www-data";
  const auto birth = world.limits.prepare(world.start);
  if (geteuid() != 0) {
    MESSAGE("skipped: only root becomes another user");
    CHECK(birth.resources.empty());
    return;
  }
  REQUIRE(birth.resources.size() == 1);
  CHECK(birth.resources[0].resource == RLIMIT_NPROC);
  CHECK(birth.resources[0].hard == 60);
  CHECK(world.said.empty());
  CHECK(world.limits.describe("a:0") ==
        std::vector<std::string>{"limits.processes 20: 60 for everything that user www-data runs, "
                                 "because there is no pids here"});
  world.spec.user = "root";
  world.start.run = RunId{8};
  CHECK(world.limits.prepare(world.start).resources.empty());
  CHECK(world.said.size() == 1);
}

TEST_CASE("a control group that refuses a value costs the limit, not the start") {
  FakeGroups fake;
  std::filesystem::create_directories(fake.root() + "/r/a.0");
  World world{{{"cpu", {GroupKind::V1, fake.root() + "/r", {}}}}};
  world.spec.limits.cpu_percent = 50;
  CHECK(world.limits.prepare(world.start).enters.empty());
  REQUIRE(world.said.size() == 1);
  CHECK(world.said[0] == "a: limits.cpu 50%: not kept, because cannot write -1 into " +
                             fake.root() + "/r/a.0/cpu.cfs_quota_us: no such file or directory");
  CHECK_FALSE(std::filesystem::exists(fake.root() + "/r/a.0"));
}

TEST_CASE("a polled run is told once with restart, and every time anew with alert") {
  World world{{}};
  world.spec.limits = memory_limit(100 * kMega);
  SUBCASE("restart") {
    world.limits.prepare(world.start);
    world.limits.started("a:0", world.start.run);
    CHECK(world.limits.polled().size() == 1);
    for (const std::uint64_t used : {99U, 100U, 50U, 120U})
      world.limits.measured("a:0", used * kMega);
    REQUIRE(world.exceeded.size() == 1);
    CHECK(world.exceeded[0].used_bytes == 100 * kMega);
    CHECK_FALSE(world.exceeded[0].killed);
    world.limits.ended("a:0", world.start.run);
    CHECK(world.limits.polled().empty());
  }
  SUBCASE("alert") {
    world.spec.limits.memory_action = model::MemoryAction::Alert;
    world.limits.prepare(world.start);
    world.limits.started("a:0", world.start.run);
    for (const std::uint64_t used : {100U, 95U, 101U, 89U, 100U})
      world.limits.measured("a:0", used * kMega);
    CHECK(world.exceeded.size() == 2);
  }
}

TEST_CASE("a run is looked at more often the nearer it is to its limit") {
  CHECK(polling_pause(0) == std::chrono::seconds{10});
  CHECK(polling_pause(0.5) == std::chrono::seconds{3});
  CHECK(polling_pause(0.8) == std::chrono::seconds{1});
  CHECK(polling_pause(7) == std::chrono::seconds{1});
}

}  // namespace mainstay::process::testing
