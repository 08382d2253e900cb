#include "process/usage.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/clock.h"
#include "process/ports.h"
#include "process/sampler.h"
#include "unit/control/temp_folder.h"
#include "unit/process/each_tree_kind.h"

namespace mainstay::process::testing {

namespace {

const TreeUsage& usage_of(const UsageSample& sample, const std::string& instance) {
  for (std::size_t i = 0; i < sample.trees.size(); ++i) {
    if (sample.index->entries[i].instance == instance) return sample.trees[i];
  }
  FAIL("no usage of " << instance);
  std::abort();
}

// As much as can be measured, however busy the machine is with others.
bool has_burned(const Sampler& sampler, const std::string& instance) {
  const auto* usage = sampler.usage_of(instance);
  return usage != nullptr && usage->cpu_time >= std::chrono::milliseconds{30} &&
         usage->cpu_percent > 0;
}

// Of a process that is nobody's child here, so that no event of the keeper tells of it.
void wait_for_end(int pid) {
  const UniqueFd process{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
  pollfd ended{process.get(), POLLIN, 0};
  constexpr int kPatienceMs = 20'000;
  REQUIRE(poll(&ended, 1, kPatienceMs) == 1);
}

// Where bytes come to a disk; nothing in memory does.
bool is_in_memory(const std::filesystem::path& folder) {
  constexpr long kTmpfs = 0x01021994;  // statfs(2)
  struct statfs info {};
  REQUIRE(statfs(folder.c_str(), &info) == 0);
  if (info.f_type == kTmpfs) MESSAGE("skipped: " << folder.native() << " is in memory; set TMPDIR");
  return info.f_type == kTmpfs;
}

// `bytes` and what else the file system has to write for them.
bool is_about(std::uint64_t found, std::uint64_t bytes) {
  return found >= bytes && found < bytes + bytes / 4;
}

// A listening socket of this process on a port of the kernel's choice, inherited by nobody.
struct Listening {
  Listening() : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(fd.get(), 1) == 0);
    socklen_t size = sizeof address;
    getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  UniqueFd fd;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("a tree's processes, memory and files are counted with all that escaped from it") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto big = keeper.spawn(trees, "big:0", {"escapees", "4"});
    auto left = keeper.spawn(trees, "left:0", {"escapees", "2", "leave"});
    trees.started("big:0", big.pid);
    trees.started("left:0", left.pid);
    for (int i = 0; i < 5; ++i)
      keeper.next_number(big);
    for (int i = 0; i < 2; ++i)
      keeper.next_number(left);
    REQUIRE(keeper.run_until([&] { return keeper.reaped(left.pid); }));
    trees.main_ended("left:0");
    REQUIRE(trees.prepare("idle:0").ok());

    UsageReader reader;
    UsageSample sample;
    reader.read(trees.index(), sample);
    CHECK(usage_of(sample, "big:0").processes == 5);
    CHECK(usage_of(sample, "big:0").threads == 5);
    CHECK(usage_of(sample, "left:0").processes == 2);
    CHECK(usage_of(sample, "idle:0").processes == 0);
    CHECK(usage_of(sample, "idle:0").memory_bytes == 0);
    CHECK(usage_of(sample, "big:0").memory_bytes > 5 * 4096);
    CHECK(usage_of(sample, "big:0").open_files >= 15);
    CHECK(sample.supervisor_memory_bytes > 100 * 1024);
    CHECK(reader.members().size() == 7);
  });
}

TEST_CASE("a process that burns is seen to use CPU time, one that idles is not") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto burning = keeper.spawn(trees, "burn:0", {"burn"});
    auto idle = keeper.spawn(trees, "idle:0", {"plain"});
    trees.started("burn:0", burning.pid);
    trees.started("idle:0", idle.pid);
    keeper.next_number(burning);
    keeper.next_number(idle);
    Sampler sampler{keeper.loop(), trees, {std::chrono::milliseconds{1}, Duration{0}, Duration{0}}};
    sampler.start();
    CHECK(keeper.run_until([&] { return has_burned(sampler, "burn:0"); }));
    CHECK(sampler.usage_of("idle:0")->cpu_time <= std::chrono::milliseconds{10});
  });
}

TEST_CASE("CPU time survives the end of a process and a change of the set of instances") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  auto burning = keeper.spawn(trees, "m:0", {"burn"});
  trees.started("m:0", burning.pid);
  keeper.next_number(burning);
  Sampler sampler{keeper.loop(), trees, {std::chrono::milliseconds{1}, Duration{0}, Duration{0}}};
  sampler.start();
  REQUIRE(keeper.run_until([&] { return has_burned(sampler, "m:0"); }));
  const auto before = sampler.usage_of("m:0")->cpu_time;
  for (const auto* other : {"a:0", "z:0"})
    REQUIRE(trees.prepare(other).ok());
  kill(burning.pid, SIGKILL);
  REQUIRE(keeper.run_until([&] { return keeper.reaped(burning.pid); }));
  trees.main_ended("m:0");
  // A sample that was under way may still have met it.
  REQUIRE(keeper.run_until([&] {
    return sampler.usage_of("z:0") != nullptr && sampler.usage_of("m:0")->processes == 0;
  }));
  CHECK(sampler.usage_of("m:0")->cpu_time >= before);
  CHECK(sampler.usage_of("a:0")->cpu_time == Duration{0});
  CHECK(sampler.usage_of("z:0")->cpu_time == Duration{0});
}

TEST_CASE("what a tree reads from storage and writes to it is counted") {
  const test::TempFolder folder;
  if (is_in_memory(folder.path())) return;
  constexpr int kBytes = 4 << 20;
  with_each_kind([&](FakeKeeper& keeper, ProcessTrees& trees) {
    UsageReader reader;
    UsageSample sample;
    reader.read(trees.index(), sample);
    auto busy =
        keeper.spawn(trees, "busy:0", {"storage", std::to_string(kBytes), folder.path().native()});
    auto idle = keeper.spawn(trees, "idle:0", {"plain"});
    trees.started("busy:0", busy.pid);
    trees.started("idle:0", idle.pid);
    keeper.next_number(busy);
    keeper.next_number(idle);
    reader.read(trees.index(), sample);
    CHECK(is_about(usage_of(sample, "busy:0").io.written, kBytes));
    CHECK(is_about(usage_of(sample, "busy:0").io.read, kBytes));
    CHECK(usage_of(sample, "busy:0").written_bytes_per_second > 0);
    CHECK(usage_of(sample, "busy:0").read_bytes_per_second > 0);
    CHECK(usage_of(sample, "idle:0").io.written == 0);
    CHECK(usage_of(sample, "idle:0").written_bytes_per_second == 0);
  });
}

TEST_CASE("what a child used is counted once: while it lives, as a zombie, and reaped") {
  const test::TempFolder folder;
  if (is_in_memory(folder.path())) return;
  constexpr int kBytes = 4 << 20;
  with_each_kind([&](FakeKeeper& keeper, ProcessTrees& trees) {
    UsageReader reader;
    UsageSample sample;
    reader.read(trees.index(), sample);
    auto nurse =
        keeper.spawn(trees, "nurse:0", {"nurse", std::to_string(kBytes), folder.path().native()});
    trees.started("nurse:0", nurse.pid);
    const int child = keeper.next_number(nurse);
    const auto read = [&] {
      reader.read(trees.index(), sample);
      return usage_of(sample, "nurse:0");
    };
    const TreeUsage living = read();
    CHECK(living.processes == 2);
    CHECK(is_about(living.io.written, kBytes));
    kill(child, SIGKILL);
    wait_for_end(child);
    const TreeUsage zombie = read();
    CHECK(zombie.processes == 1);
    CHECK(zombie.io == living.io);
    kill(nurse.pid, SIGUSR1);
    keeper.next_number(nurse);
    const TreeUsage reaped = read();
    CHECK(is_about(reaped.io.written, kBytes));
    CHECK(is_about(reaped.io.read, kBytes));
    CHECK(reaped.cpu_time <= zombie.cpu_time + std::chrono::milliseconds{20});
  });
}

TEST_CASE("the ports of a tree are found, and an unchanged system is not walked again") {
  with_each_kind([](FakeKeeper& keeper, ProcessTrees& trees) {
    auto server = keeper.spawn(trees, "server:0", {"listen"});
    auto other = keeper.spawn(trees, "other:0", {"plain"});
    trees.started("server:0", server.pid);
    trees.started("other:0", other.pid);
    const auto port = static_cast<std::uint16_t>(keeper.next_number(server));
    keeper.next_number(server);
    keeper.next_number(other);
    UsageReader usage;
    PortReader ports;
    UsageSample sample;
    const auto read = [&] {
      usage.read(trees.index(), sample);
      ports.read(usage.members(), sample);
    };
    read();
    CHECK(usage_of(sample, "server:0").ports == std::vector{port});
    CHECK(usage_of(sample, "other:0").ports.empty());
    CHECK(ports.walked() == 2);
    // Other tests on this machine may open ports at any moment, so one quiet read among many is the
    // proof.
    bool was_quiet = false;
    for (int i = 0; i < 50 && !was_quiet; ++i) {
      read();
      was_quiet = ports.walked() == 0;
    }
    CHECK(was_quiet);
    CHECK(usage_of(sample, "server:0").ports == std::vector{port});

    const Listening foreign;
    read();
    CHECK(ports.walked() == 2);
    CHECK(usage_of(sample, "server:0").ports == std::vector{port});
    kill(server.pid, SIGKILL);
    REQUIRE(keeper.run_until([&] { return keeper.reaped(server.pid); }));
    trees.main_ended("server:0");
    read();
    CHECK(usage_of(sample, "server:0").ports.empty());
  });
}

TEST_CASE("who holds a port is named: one of ours, somebody else, or only the user") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  auto server = keeper.spawn(trees, "server:0", {"listen"});
  trees.started("server:0", server.pid);
  const auto ours = static_cast<std::uint16_t>(keeper.next_number(server));
  const auto held = find_port_holders(ours, *trees.index());
  REQUIRE(held.size() == 1);
  CHECK(held[0].pid == server.pid);
  CHECK(held[0].instance == "server:0");
  CHECK(describe_holder(ours, held[0]) == "port " + std::to_string(ours) +
                                              " is held by server:0 (pid " +
                                              std::to_string(server.pid) + ")");

  const Listening mine;
  const auto foreign = find_port_holders(mine.port, *trees.index());
  REQUIRE(foreign.size() == 1);
  CHECK(foreign[0].pid == getpid());
  CHECK(foreign[0].instance.empty());
  CHECK(foreign[0].command == Proc{}.comm(getpid()));

  CHECK(find_port_holders(0, *trees.index()).empty());
  CHECK(describe_holder(80, {PortProtocol::Tcp, 0, "", "www-data", ""}) ==
        "port 80 is held by a process of user www-data");
  CHECK(describe_holder(80, {PortProtocol::Tcp, 7, "a\n\x1b[2J", "root", ""}).find('\n') ==
        std::string::npos);
}

TEST_CASE("a holder that we may not look into is named by its user") {
  if (geteuid() != 0) {
    MESSAGE("skipped: needs root to become somebody else");
    return;
  }
  const Listening roots;
  const int child = fork();
  if (child == 0) {
    close(roots.fd.get());  // else we would hold it too
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) _exit(10);
    const auto held = find_port_holders(roots.port, TreeIndex{});
    _exit(held.size() == 1 && held[0].pid == 0 && held[0].user == "root" ? 0 : 11);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("the sampler works when asked, once for all who wait, and not more often than it may") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  auto run = keeper.spawn(trees, "backend:0", {"plain"});
  trees.started("backend:0", run.pid);
  keeper.next_number(run);
  Sampler sampler{keeper.loop(),
                  trees,
                  {std::chrono::seconds{10}, std::chrono::hours{1}, std::chrono::hours{1}}};
  CHECK(sampler.usage_of("backend:0") == nullptr);
  int calls = 0;
  sampler.refresh([&] { ++calls; });
  sampler.refresh([&] { ++calls; });
  CHECK(calls == 0);
  REQUIRE(keeper.run_until([&] { return calls == 2; }));
  REQUIRE(sampler.usage_of("backend:0") != nullptr);
  CHECK(sampler.usage_of("backend:0")->processes == 1);
  CHECK(sampler.usage_of("backend:1") == nullptr);
  CHECK(sampler.latest()->generation == 1);
  sampler.refresh([&] { ++calls; });
  CHECK(calls == 3);
  CHECK(sampler.latest()->generation == 1);
}

TEST_CASE("a sample that does not know an instance yet is too old for it") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  Sampler sampler{
      keeper.loop(), trees, {std::chrono::seconds{10}, std::chrono::hours{1}, Duration{0}}};
  bool sampled = false;
  sampler.refresh([&] { sampled = true; });
  REQUIRE(keeper.run_until([&] { return sampled; }));
  auto run = keeper.spawn(trees, "backend:0", {"plain"});
  trees.started("backend:0", run.pid);
  sampled = false;
  sampler.refresh([&] { sampled = true; });
  CHECK(keeper.run_until([&] { return sampled; }));
  CHECK(sampler.usage_of("backend:0") != nullptr);
}

TEST_CASE("once started the sampler samples every interval, and stop ends that") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  Sampler sampler{keeper.loop(), trees, {std::chrono::milliseconds{1}, Duration{0}, Duration{0}}};
  sampler.start();
  CHECK(keeper.run_until([&] { return sampler.latest() && sampler.latest()->generation >= 4; }));
  sampler.stop();
}

TEST_CASE("only the samples of intervals are told, whoever asks meanwhile") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  Sampler sampler{
      keeper.loop(), trees, {std::chrono::milliseconds{200}, Duration{0}, Duration{0}, {"/"}}};
  std::vector<MonoTime> told;
  sampler.on_interval([&](const UsageSample&) { told.push_back(io::read_clocks().mono); });
  const MonoTime begun = io::read_clocks().mono;
  sampler.start();
  int asked = 0;
  std::function<void()> ask = [&] {
    if (++asked < 10'000 && (told.size() < 4 || asked <= 8)) sampler.refresh(ask);
  };
  sampler.refresh(ask);
  REQUIRE(keeper.run_until([&] { return told.size() >= 4 && asked > 8; }));
  CHECK(sampler.latest()->generation > 8);
  // Neither oftener nor put off. Each is told at its moment or later; its time is that of a sample
  // that may have been under way by then.
  CHECK(told[3] - begun >= std::chrono::milliseconds{600});
  CHECK(sampler.latest()->host.memory_total_bytes > 0);
  sampler.stop();
  const std::size_t until_stopped = told.size();
  bool sampled = false;
  sampler.refresh([&] { sampled = true; });
  REQUIRE(keeper.run_until([&] { return sampled; }));
  CHECK(told.size() == until_stopped);
}

TEST_CASE("a sampler that goes while a sample is under way calls nobody") {
  FakeKeeper keeper;
  ProcessTrees trees{keeper.loop(), options_for(TreeKind::Sweep)};
  bool called = false;
  bool port_called = false;
  {
    Sampler sampler{keeper.loop(), trees, {}};
    sampler.refresh([&] { called = true; });
    sampler.find_port_holders(1, [&](std::vector<PortHolder>) { port_called = true; });
  }
  bool later = false;
  keeper.loop().in_worker([] {}, [&] { later = true; });
  REQUIRE(keeper.run_until([&] { return later; }));
  for (int i = 0; i < 20; ++i)
    keeper.loop().run_once(false);
  CHECK_FALSE(called);
  CHECK_FALSE(port_called);
}

}  // namespace mainstay::process::testing
