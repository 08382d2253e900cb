#include "process/memory_group.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/fd.h"
#include "base/text.h"
#include "process/cgroup_linux.h"

namespace mainstay::process {

namespace {

std::uint64_t take(std::uint64_t from, std::uint64_t what) {
  return from - std::min(from, what);
}

std::optional<std::uint64_t> read_count(const std::string& path) {
  const std::string text = read_control(path);
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

UniqueFd open_file(const LimitGroup& group, const char* name) {
  return UniqueFd{open((group.folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC)};
}

class DescriptorWatch : public MemoryWatch {
 public:
  DescriptorWatch(io::Loop& loop, UniqueFd fd, int readiness, std::function<void()> changed)
      : fd_(std::move(fd)),
        readiness_(readiness),
        changed_(std::move(changed)),
        watch_(loop, fd_.get(), [this](int) {
          const auto call = changed_;  // a copy: it may destroy this watch
          call();
        }) {
    rearm();
  }

  void rearm() override {
    std::array<char, 1024> ignored;
    // An eventfd is read, a file of a control group is "changed" since it was read last.
    [[maybe_unused]] const ssize_t n = readiness_ == io::kPriority
                                           ? pread(fd_.get(), ignored.data(), ignored.size(), 0)
                                           : read(fd_.get(), ignored.data(), ignored.size());
    watch_.want(readiness_);
  }
  void pause() override { watch_.pause(); }

 private:
  UniqueFd fd_;
  int readiness_;
  std::function<void()> changed_;
  io::FdWatch watch_;
};

// One eventfd for both; the kernel holds on to it until the group or the eventfd is gone.
UniqueFd register_events(const LimitGroup& group, std::uint64_t threshold) {
  UniqueFd event{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  const UniqueFd usage = open_file(group, "memory.usage_in_bytes");
  const UniqueFd oom = open_file(group, "memory.oom_control");
  if (!event || !usage || !oom) return {};
  const std::string control = group.folder + "/cgroup.event_control";
  const auto wish = fmt::format("{} {} {}", event.get(), usage.get(), threshold);
  if (write_control(control, wish) != 0) return {};
  write_control(control, fmt::format("{} {}", event.get(), oom.get()));
  return event;
}

}  // namespace

std::optional<std::uint64_t> find_count(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.size() <= key.size() || !line.starts_with(key) || line[key.size()] != ' ') continue;
    std::uint64_t value = 0;
    const char* end = line.data() + line.size();
    const auto parsed = std::from_chars(line.data() + key.size() + 1, end, value);
    return parsed.ec == std::errc{} ? std::optional{value} : std::nullopt;
  }
  return std::nullopt;
}

GroupMemory group_memory_of(GroupKind kind, std::uint64_t total, std::string_view stat) {
  const auto count = [stat](std::string_view key) { return find_count(stat, key).value_or(0); };
  if (kind == GroupKind::V1) {
    return {count("total_rss") + count("total_shmem") + count("total_swap"), total};
  }
  const std::uint64_t cache = take(count("file"), count("shmem")) + count("slab_reclaimable");
  return {take(total, cache), total};
}

std::optional<GroupMemory> read_group_memory(const LimitGroup& group) {
  const bool v1 = group.kind == GroupKind::V1;
  const auto total = read_count(group.folder + (v1 ? "/memory.usage_in_bytes" : "/memory.current"));
  if (!total) return std::nullopt;
  return group_memory_of(group.kind, *total, read_control(group.folder + "/memory.stat"));
}

GroupKills read_group_kills(const LimitGroup& group, std::uint64_t hard_limit) {
  if (group.kind == GroupKind::V2) {
    const std::string events = read_control(group.folder + "/memory.events");
    return {find_count(events, "oom_kill").value_or(0), find_count(events, "oom").value_or(0)};
  }
  // Processors take memory in pieces of some pages, so the limit is met a little below it.
  constexpr std::uint64_t kPieces = 512 * 1024;
  const auto reached = [&](const char* file) {
    return read_count(group.folder + file).value_or(0) + kPieces >= hard_limit;
  };
  GroupKills kills;
  kills.processes =
      find_count(read_control(group.folder + "/memory.oom_control"), "oom_kill").value_or(0);
  if (kills.processes > 0 &&
      (reached("/memory.max_usage_in_bytes") || reached("/memory.memsw.max_usage_in_bytes")))
    kills.at_limit = kills.processes;
  return kills;
}

std::unique_ptr<MemoryWatch> watch_memory(io::Loop& loop, const LimitGroup& group,
                                          std::uint64_t threshold,
                                          std::function<void()> may_have_come) {
  const bool v1 = group.kind == GroupKind::V1;
  UniqueFd fd = v1 ? register_events(group, threshold) : open_file(group, "memory.events");
  if (!fd) return nullptr;
  return std::make_unique<DescriptorWatch>(loop, std::move(fd), v1 ? io::kReadable : io::kPriority,
                                           std::move(may_have_come));
}

}  // namespace mainstay::process
