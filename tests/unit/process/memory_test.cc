// How memory of trees is counted.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "process/tree_memory.h"

namespace mainstay::process::testing {

namespace {

constexpr std::uint64_t kMebi = 1024 * 1024;

// Children of this process that share `bytes` with it and with each other, and then wait.
class Forked {
 public:
  Forked(std::size_t count, std::size_t bytes) : bytes_(bytes) {
    memory_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory_ != MAP_FAILED);
    std::memset(memory_, 1, bytes);
    for (std::size_t i = 0; i < count; ++i) {
      const int pid = fork();
      if (pid == 0) {
        while (true)
          pause();
      }
      pids_.push_back(pid);
    }
  }
  ~Forked() {
    for (const int pid : pids_) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    munmap(memory_, bytes_);
  }
  Forked(const Forked&) = delete;
  Forked& operator=(const Forked&) = delete;

  const std::vector<int>& pids() const { return pids_; }

 private:
  std::size_t bytes_;
  void* memory_;
  std::vector<int> pids_;
};

struct Measured {
  std::uint64_t shown = 0;
  std::uint64_t resident = 0;
};

// The first `count` of them as one tree.
Measured measure(TreeMemory& memory, const Forked& forked, std::size_t count) {
  const Proc proc;
  auto index = std::make_shared<TreeIndex>();
  index->entries.push_back({"a:0", "", forked.pids()[0], {}});
  UsageSample sample;
  sample.index = index;
  sample.trees.resize(1);
  Measured out;
  memory.begin();
  for (std::size_t i = 0; i < count; ++i) {
    const auto stat = proc.stat(forked.pids()[i]);
    REQUIRE(stat.has_value());
    out.resident += stat->resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    memory.add(*stat, 0);
  }
  memory.finish(proc, sample);
  out.shown = sample.trees[0].memory_bytes;
  return out;
}

}  // namespace

TEST_CASE("the proportional share is found in smaps_rollup, what is shared in statm") {
  CHECK(parse_pss("55d0-7ffd ---p 00000000 00:00 0 [rollup]\nRss: 2128 kB\nPss:      687 kB\n"
                  "Pss_Dirty: 148 kB\n") == 687 * 1024);
  CHECK(parse_pss("") == std::nullopt);
  CHECK(parse_pss("Pss:\n") == std::nullopt);
  CHECK(parse_pss("Pss_Dirty: 148 kB\n") == std::nullopt);
  CHECK(parse_shared("5000 532 419 9 0 100 0\n", 4096) == 419 * 4096);
  CHECK(parse_shared("5000 532\n", 4096) == std::nullopt);
  CHECK(parse_shared("", 4096) == std::nullopt);
}

TEST_CASE("what forked processes have in common counts once") {
  const Forked forked{3, 48 * kMebi};
  TreeMemory memory{std::chrono::seconds{10}};
  for (int sample = 0; sample < 3; ++sample) {
    const Measured three = measure(memory, forked, 3);
    CHECK(three.resident >= 3 * 48 * kMebi);
    // A quarter of it is the test's own.
    CHECK(three.shown >= 30 * kMebi);
    CHECK(three.shown <= 60 * kMebi);
  }
  // A single process has what is resident.
  const Measured one = measure(memory, forked, 1);
  CHECK(one.shown == one.resident);
}

TEST_CASE("what there is no time to measure is estimated, and what was measured is kept") {
  const Forked forked{3, 16 * kMebi};
  TreeMemory hurried{Duration{0}};
  const Measured guess = measure(hurried, forked, 3);
  CHECK(guess.shown > 0);
  CHECK(guess.shown <= guess.resident);
  // Enough for one measurement, which is then in debt: the next figure is by the fraction.
  TreeMemory memory{std::chrono::nanoseconds{1}};
  const Measured first = measure(memory, forked, 3);
  const Measured second = measure(memory, forked, 3);
  CHECK(first.shown < first.resident / 2);
  CHECK(second.shown < second.resident / 2);
}

}  // namespace mainstay::process::testing
