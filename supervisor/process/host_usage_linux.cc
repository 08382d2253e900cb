// proc(5): stat, meminfo, loadavg, uptime.
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "process/host_usage.h"
#include "process/proc_linux.h"

namespace mainstay::process {

namespace {

std::optional<double> first_fraction(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

struct CpuTicks {
  std::uint64_t busy = 0;
  std::uint64_t total = 0;
};

// "cpu  user nice system idle iowait irq softirq steal …"; what guests use is part of user.
std::optional<CpuTicks> parse_cpu(std::string_view text) {
  constexpr std::string_view kPrefix = "cpu ";
  constexpr std::size_t kIdle = 3;
  constexpr std::size_t kWaiting = 4;
  constexpr std::size_t kFields = 8;
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  CpuTicks ticks;
  for (std::size_t field = 0; field < kFields; ++field) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{}) break;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    ticks.total += value;
    if (field != kIdle && field != kWaiting) ticks.busy += value;
  }
  return ticks.total > 0 ? std::optional{ticks} : std::nullopt;
}

std::optional<std::uint64_t> kilobytes(std::string_view meminfo, std::string_view key) {
  for (std::string_view line : split(meminfo, '\n')) {
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), value);
    if (parsed.ec == std::errc{}) return value;
  }
  return std::nullopt;
}

void read_memory(std::string_view meminfo, HostUsage& out) {
  const auto total = kilobytes(meminfo, "MemTotal:");
  auto available = kilobytes(meminfo, "MemAvailable:");
  if (!available) available = kilobytes(meminfo, "MemFree:");  // before Linux 3.14
  if (!total || !available) return;
  out.memory_total_bytes = *total * 1024;
  out.memory_used_bytes = (*total - std::min(*total, *available)) * 1024;
}

}  // namespace

struct HostReader::State {
  explicit State(const char* folder) : proc(folder) {}
  Duration of_ticks(std::uint64_t ticks) const {
    return std::chrono::nanoseconds{ticks * (1'000'000'000 / ticks_per_second)};
  }

  Proc proc;
  HostCpu cpu;
  std::uint64_t ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
};

HostReader::HostReader(const char* proc) : state_(std::make_unique<State>(proc)) {}
HostReader::~HostReader() = default;

void HostReader::read(MonoTime at, HostUsage& out) {
  State& state = *state_;
  std::array<char, 1024> buffer;
  if (const auto ticks = parse_cpu(state.proc.read("stat", buffer)))
    state.cpu.look(at, state.of_ticks(ticks->busy), state.of_ticks(ticks->total), out);
  read_memory(state.proc.read("meminfo", buffer), out);
  out.load_average = first_fraction(state.proc.read("loadavg", buffer));
  if (const auto seconds = first_fraction(state.proc.read("uptime", buffer)))
    out.uptime = std::chrono::duration_cast<Duration>(std::chrono::duration<double>{*seconds});
}

}  // namespace mainstay::process
