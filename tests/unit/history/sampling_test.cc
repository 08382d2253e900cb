#include "history/sampling.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <optional>

namespace mainstay::history {

namespace {

struct Bench {
  process::UsageSample& at(int seconds, std::initializer_list<std::string> instances) {
    auto index = std::make_shared<process::TreeIndex>();
    for (const auto& instance : instances)
      index->entries.push_back({instance, "", 0, {}});
    sample.index = std::move(index);
    sample.at = {MonoTime{std::chrono::seconds{seconds}},
                 WallTime{std::chrono::seconds{1000 + seconds}}};
    sample.trees.resize(instances.size());
    for (auto& tree : sample.trees)
      tree.processes = 1;
    return sample;
  }

  std::optional<double> value(SeriesKind kind, const std::string& name, Metric metric) const {
    for (const auto& found : rounds.back().samples) {
      if (found.series != SeriesKey{kind, name}) continue;
      for (const auto& reading : found.readings) {
        if (reading.metric == metric) return reading.value;
      }
    }
    return std::nullopt;
  }
  std::optional<double> instance(const std::string& name, Metric metric) const {
    return value(SeriesKind::Instance, name, metric);
  }
  std::optional<double> host(Metric metric) const { return value(SeriesKind::Host, "", metric); }

  process::UsageSample sample;
  std::vector<Round> rounds;
  Sampling sampling{[this](Round round) { rounds.push_back(std::move(round)); }};
};

}  // namespace

TEST_CASE("a round has every figure of an instance under its canonical name") {
  Bench bench;
  auto& sample = bench.at(10, {"backend:0"});
  sample.trees[0] = {.cpu_percent = 1.5,
                     .memory_bytes = 4096,
                     .processes = 2,
                     .threads = 9,
                     .open_files = 30,
                     .io = {},
                     .read_bytes_per_second = 100,
                     .written_bytes_per_second = 200,
                     .ports = {80, 443}};
  bench.sampling.take(sample);
  REQUIRE(bench.rounds.size() == 1);
  CHECK(bench.rounds[0].at.since_epoch == std::chrono::seconds{1010});
  CHECK(bench.instance("backend:0", Metric::CpuPercent) == 1.5);
  CHECK(bench.instance("backend:0", Metric::MemoryBytes) == 4096);
  CHECK(bench.instance("backend:0", Metric::Processes) == 2);
  CHECK(bench.instance("backend:0", Metric::Threads) == 9);
  CHECK(bench.instance("backend:0", Metric::OpenFiles) == 30);
  CHECK(bench.instance("backend:0", Metric::ReadBytesPerSecond) == 100);
  CHECK(bench.instance("backend:0", Metric::WrittenBytesPerSecond) == 200);
  CHECK(bench.instance("backend:0", Metric::Ports) == 2);
}

TEST_CASE("a rate is the mean of the interval, whatever the last second was like") {
  Bench bench;
  bench.sampling.take(bench.at(10, {"a:0", "b:0"}));
  auto& sample = bench.at(20, {"0:0", "b:0", "c:0"});
  for (auto& tree : sample.trees) {
    tree.cpu_percent = 90;
    tree.read_bytes_per_second = 7;
    tree.cpu_time = std::chrono::seconds{1};
    tree.io = {1000, 50};
  }
  bench.sampling.take(sample);
  CHECK(*bench.instance("b:0", Metric::CpuPercent) == doctest::Approx(10));
  CHECK(*bench.instance("b:0", Metric::ReadBytesPerSecond) == doctest::Approx(100));
  CHECK(*bench.instance("b:0", Metric::WrittenBytesPerSecond) == doctest::Approx(5));
  CHECK_FALSE(bench.instance("a:0", Metric::CpuPercent));
  // What was not there before has only the sample's own.
  CHECK(*bench.instance("0:0", Metric::CpuPercent) == doctest::Approx(90));
  CHECK(*bench.instance("c:0", Metric::ReadBytesPerSecond) == doctest::Approx(7));
}

TEST_CASE("an instance that was counted anew has the sample's own rates") {
  Bench bench;
  bench.at(10, {"a:0"}).trees[0].cpu_time = std::chrono::seconds{5};
  bench.sampling.take(bench.sample);
  auto& tree = bench.at(20, {"a:0"}).trees[0];
  tree.cpu_time = std::chrono::seconds{1};
  tree.cpu_percent = 3;
  bench.sampling.take(bench.sample);
  CHECK(*bench.instance("a:0", Metric::CpuPercent) == doctest::Approx(3));
}

TEST_CASE("an instance without a process was not measured") {
  Bench bench;
  bench.at(10, {"a:0"}).trees[0].processes = 0;
  bench.sampling.take(bench.sample);
  CHECK_FALSE(bench.instance("a:0", Metric::MemoryBytes));
}

TEST_CASE("a round has the machine and its disks, without what is not known") {
  Bench bench;
  auto& sample = bench.at(10, {});
  bench.sampling.take(sample);
  CHECK_FALSE(bench.host(Metric::CpuPercent));
  CHECK_FALSE(bench.host(Metric::MemoryBytes));
  CHECK_FALSE(bench.host(Metric::LoadAverage));
  sample = bench.at(20, {});
  sample.host = {.cpu_percent = 99,
                 .cpu_busy = std::chrono::seconds{5},
                 .cpu_total = std::chrono::seconds{20},
                 .memory_used_bytes = 100,
                 .memory_total_bytes = 400,
                 .load_average = 0.5,
                 .uptime = std::chrono::hours{1},
                 .disks = {{"/", 10, 40}, {"/var", 1, 2}}};
  bench.sampling.take(sample);
  CHECK(*bench.host(Metric::CpuPercent) == doctest::Approx(25));
  CHECK(bench.host(Metric::MemoryBytes) == 100);
  CHECK(bench.host(Metric::MemoryTotalBytes) == 400);
  CHECK(bench.host(Metric::LoadAverage) == 0.5);
  CHECK(bench.host(Metric::UptimeSeconds) == 3600);
  CHECK(bench.value(SeriesKind::Disk, "/", Metric::UsedBytes) == 10);
  CHECK(bench.value(SeriesKind::Disk, "/var", Metric::TotalBytes) == 2);
}

TEST_CASE("without anybody to keep it nothing is made, and a first round later is a first one") {
  Bench bench;
  bench.sampling.set_keep({});
  bench.sampling.take(bench.at(10, {"a:0"}));
  bench.sampling.set_keep([&](Round round) { bench.rounds.push_back(std::move(round)); });
  auto& tree = bench.at(20, {"a:0"}).trees[0];
  tree.cpu_time = std::chrono::seconds{5};
  tree.cpu_percent = 3;
  bench.sampling.take(bench.sample);
  REQUIRE(bench.rounds.size() == 1);
  CHECK(*bench.instance("a:0", Metric::CpuPercent) == doctest::Approx(3));
}

}  // namespace mainstay::history
