#include "process/usage_account.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

namespace mainstay::process {

namespace {

constexpr std::uint64_t kTicks = 100;  // a second

std::shared_ptr<const TreeIndex> index_of(std::initializer_list<std::string> instances) {
  auto index = std::make_shared<TreeIndex>();
  for (const auto& instance : instances)
    index->entries.push_back({instance, "", 0, {}});
  return index;
}

// A process that began in the tenth second after boot.
ProcessUse process(int pid, int parent, std::optional<IoBytes> io = IoBytes{}) {
  return {pid, parent, 0, 10 * kTicks, 0, 0, io};
}

// Looks at one tree after the other, a number of seconds apart.
struct Looks {
  const TreeUsage& after(double seconds, std::initializer_list<ProcessUse> processes) {
    now += seconds;
    sample.at.mono = MonoTime{std::chrono::milliseconds{static_cast<std::int64_t>(now * 1000)}};
    sample.index = index;
    sample.trees.resize(index->entries.size());
    account.begin(*index).assign(processes);
    account.finish(static_cast<std::uint64_t>(now * kTicks), sample);
    return sample.trees[0];
  }

  std::shared_ptr<const TreeIndex> index = index_of({"a:0"});
  UsageAccount account{kTicks};
  UsageSample sample;
  double now = 20;
};

}  // namespace

TEST_CASE("what a process reads and writes is counted, and told as a rate") {
  Looks looks;
  looks.after(0, {process(5, 1, IoBytes{1000, 0})});
  const auto& usage = looks.after(10, {process(5, 1, IoBytes{21000, 500})});
  CHECK(usage.io.read - 100 == 20000);  // a tenth of a life is its share of the first look
  CHECK(usage.io.written == 500);
  CHECK(usage.read_bytes_per_second == doctest::Approx(2000));
  CHECK(usage.written_bytes_per_second == doctest::Approx(50));
}

TEST_CASE("a look soon after another one keeps a part of the rate of before") {
  Looks looks;
  looks.after(0, {process(5, 1)});
  looks.after(1, {process(5, 1, IoBytes{1000, 0})});
  const auto& usage = looks.after(0.25, {process(5, 1, IoBytes{1000, 0})});
  CHECK(usage.read_bytes_per_second == doctest::Approx(750));
  CHECK(usage.io.read == 1000);
}

TEST_CASE("a child that was waited for is not counted again with its parent") {
  Looks looks;
  looks.after(0, {process(5, 1), process(6, 5), process(7, 6)});
  looks.after(1, {process(5, 1, IoBytes{10, 0}), process(6, 5, IoBytes{1000, 2000}),
                  process(7, 6, IoBytes{300, 0})});
  // Both end, the grandchild first, after 50 bytes more, and the parent goes on with 5.
  const auto& usage = looks.after(1, {process(5, 1, IoBytes{10 + 1000 + 300 + 50 + 5, 2000})});
  CHECK(usage.io.read == 10 + 1000 + 300 + 50 + 5);
  CHECK(usage.io.written == 2000);
  CHECK(usage.read_bytes_per_second == doctest::Approx(55));
  CHECK(usage.written_bytes_per_second == 0);
}

TEST_CASE("a child that nobody waits for takes nothing from its parent") {
  Looks looks;
  looks.after(0, {process(5, 1), process(6, 5)});
  looks.after(1, {process(5, 1), process(6, 5, IoBytes{1000, 1000})});
  const auto& usage = looks.after(1, {process(5, 1, IoBytes{40, 4000})});
  CHECK(usage.io.read == 1040);
  CHECK(usage.io.written == 5000);
}

TEST_CASE("a sum never goes backwards when a member ends") {
  Looks looks;
  looks.after(0, {process(5, 1), process(6, 1)});
  looks.after(1, {process(5, 1, IoBytes{1000, 0}), process(6, 1, IoBytes{50, 0})});
  const auto& usage = looks.after(1, {process(6, 1, IoBytes{60, 0})});
  CHECK(usage.io.read == 1060);
  CHECK(usage.read_bytes_per_second == doctest::Approx(10));
  CHECK(looks.after(1, {}).io.read == 1060);
}

TEST_CASE("a process that may not be looked into for a while is not counted twice") {
  Looks looks;
  looks.after(0, {process(5, 1)});
  looks.after(1, {process(5, 1, IoBytes{1000, 0})});
  CHECK(looks.after(1, {process(5, 1, std::nullopt)}).io.read == 1000);
  CHECK(looks.after(1, {process(5, 1, IoBytes{1200, 0})}).io.read == 1200);
  // What it did before anybody could look is not known to be of this time.
  CHECK(looks.after(1, {process(5, 1, IoBytes{1200, 0}), process(8, 1, std::nullopt)}).io.read ==
        1200);
  CHECK(
      looks.after(1, {process(5, 1, IoBytes{1200, 0}), process(8, 1, IoBytes{9999, 0})}).io.read ==
      1200);
}

TEST_CASE("another process with the pid of one that has ended starts from nothing") {
  Looks looks;
  looks.after(0, {process(5, 1)});
  looks.after(1, {process(5, 1, IoBytes{1000, 0})});
  ProcessUse other = process(5, 1, IoBytes{30, 0});
  other.start_time = 2150;  // half a second ago
  CHECK(looks.after(1, {other}).io.read == 1030);
}

TEST_CASE("parents that make a circle are no trouble") {
  Looks looks;
  looks.after(0, {process(5, 6, IoBytes{}), process(6, 5, IoBytes{})});
  CHECK(looks.after(1, {process(9, 1)}).io.read == 0);
}

TEST_CASE("figures stay with their instance when others come and go") {
  Looks looks;
  looks.after(0, {process(5, 1)});
  looks.after(1, {process(5, 1, IoBytes{1000, 0})});
  looks.index = index_of({"0:0", "a:0"});
  ProcessUse moved = process(5, 1, IoBytes{1100, 0});
  moved.tree = 1;
  looks.after(1, {moved});
  CHECK(looks.sample.trees[0].io.read == 0);
  CHECK(looks.sample.trees[1].io.read == 1100);
  looks.index = index_of({"0:0"});
  looks.after(1, {});
  CHECK(looks.account.missing().empty());
}

TEST_CASE("what is missing is named, with its place in the present index") {
  Looks looks;
  looks.after(0, {process(5, 1), process(6, 1)});
  const auto now = index_of({"0:0", "a:0"});
  looks.account.begin(*now).assign({process(6, 1)});
  const auto missing = looks.account.missing();
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].pid == 5);
  CHECK(missing[0].tree == 1);
}

}  // namespace mainstay::process
