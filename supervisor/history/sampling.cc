#include "history/sampling.h"

#include <algorithm>
#include <optional>

namespace mainstay::history {

namespace {

double of(std::uint64_t value) {
  return static_cast<double>(value);
}

Sample of_disk(const process::DiskUsage& disk) {
  return {{SeriesKind::Disk, disk.mount},
          {{Metric::UsedBytes, of(disk.used_bytes)}, {Metric::TotalBytes, of(disk.total_bytes)}}};
}

}  // namespace

void Sampling::take(const process::UsageSample& sample) {
  if (!keep_) return;
  const double seconds = index_ ? to_seconds(sample.at.mono - at_) : 0;
  next_ = 0;
  Round round{sample.at.wall, {}};
  round.samples.reserve(sample.trees.size() + 1 + sample.host.disks.size());
  for (std::size_t i = 0; i < sample.trees.size(); ++i) {
    if (sample.trees[i].processes > 0)
      round.samples.push_back(of_tree(sample.index->entries[i].instance, sample.trees[i], seconds));
  }
  round.samples.push_back(of_host(sample.host));
  for (const auto& disk : sample.host.disks)
    round.samples.push_back(of_disk(disk));
  remember(sample);
  keep_(std::move(round));
}

const Sampling::Total* Sampling::total_before(const std::string& instance) {
  if (!index_) return nullptr;
  const auto& entries = index_->entries;
  while (next_ < entries.size() && entries[next_].instance < instance)
    ++next_;
  return next_ < entries.size() && entries[next_].instance == instance ? &totals_[next_] : nullptr;
}

Sample Sampling::of_tree(const std::string& instance, const process::TreeUsage& usage,
                         double seconds) {
  double cpu = usage.cpu_percent;
  double read = usage.read_bytes_per_second;
  double written = usage.written_bytes_per_second;
  const Total* before = total_before(instance);
  // One that was away meanwhile was counted anew.
  if (before != nullptr && seconds > 0 && usage.cpu_time >= before->cpu &&
      usage.io.read >= before->io.read && usage.io.written >= before->io.written) {
    cpu = 100 * to_seconds(usage.cpu_time - before->cpu) / seconds;
    read = of(usage.io.read - before->io.read) / seconds;
    written = of(usage.io.written - before->io.written) / seconds;
  }
  return {{SeriesKind::Instance, instance},
          {{Metric::CpuPercent, cpu},
           {Metric::MemoryBytes, of(usage.memory_bytes)},
           {Metric::Processes, of(usage.processes)},
           {Metric::Threads, of(usage.threads)},
           {Metric::OpenFiles, of(usage.open_files)},
           {Metric::ReadBytesPerSecond, read},
           {Metric::WrittenBytesPerSecond, written},
           {Metric::Ports, of(usage.ports.size())}}};
}

Sample Sampling::of_host(const process::HostUsage& host) const {
  Sample sample{{SeriesKind::Host, {}}, {}};
  auto& readings = sample.readings;
  const double passed = to_seconds(host.cpu_total - host_total_);
  std::optional<double> cpu = host.cpu_percent;
  if (index_ && passed > 0)
    cpu = std::clamp(100 * to_seconds(host.cpu_busy - host_busy_) / passed, 0.0, 100.0);
  if (cpu) readings.push_back({Metric::CpuPercent, *cpu});
  if (host.memory_total_bytes > 0) {
    readings.push_back({Metric::MemoryBytes, of(host.memory_used_bytes)});
    readings.push_back({Metric::MemoryTotalBytes, of(host.memory_total_bytes)});
  }
  if (host.load_average) readings.push_back({Metric::LoadAverage, *host.load_average});
  readings.push_back({Metric::UptimeSeconds, to_seconds(host.uptime)});
  return sample;
}

void Sampling::remember(const process::UsageSample& sample) {
  index_ = sample.index;
  totals_.clear();
  for (const auto& tree : sample.trees)
    totals_.push_back({tree.cpu_time, tree.io});
  at_ = sample.at.mono;
  host_busy_ = sample.host.cpu_busy;
  host_total_ = sample.host.cpu_total;
}

}  // namespace mainstay::history
