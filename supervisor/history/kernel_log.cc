#include "history/kernel_log.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace mainstay::history {

namespace {

// A number at the beginning of `text`, which then begins behind it.
template <typename Whole>
std::optional<Whole> take_number(std::string_view& text) {
  Whole value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return value;
}

// What comes before the pid in mm/oom_kill.c, of various kernels; the name comes after it.
struct Opening {
  std::string_view words;
  bool in_group;
};
constexpr std::array kOpenings{
    Opening{"Out of memory: Killed process ", false},
    Opening{"Out of memory (oom_kill_allocating_task): Killed process ", false},
    Opening{"Memory cgroup out of memory: Killed process ", true},
    Opening{"Killed process ", false},
};

// "oom-kill:constraint=CONSTRAINT_MEMCG,…,task=NAME,pid=4711,uid=0": the name comes before the pid,
// so it is the last ",pid=" that counts.
std::optional<int> victim_of_summary(std::string_view message) {
  if (!message.starts_with("oom-kill:constraint=")) return std::nullopt;
  const auto at = message.rfind(",pid=");
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + 5);
  const auto pid = take_number<int>(message);
  return pid && message.starts_with(",uid=") ? pid : std::nullopt;
}

bool find_victim(std::string_view message, MemoryKill& kill) {
  for (const Opening& opening : kOpenings) {
    if (!message.starts_with(opening.words)) continue;
    std::string_view rest = message.substr(opening.words.size());
    const auto pid = take_number<int>(rest);
    if (!pid || !(rest.starts_with(" (") || rest.starts_with(", "))) return false;
    kill.pid = *pid;
    kill.in_group = opening.in_group;
    return true;
  }
  const auto pid = victim_of_summary(message);
  kill.pid = pid.value_or(0);
  kill.in_group =
      message.find("constraint=CONSTRAINT_MEMCG") == std::string_view("oom-kill:").size();
  return pid.has_value();
}

}  // namespace

std::optional<MemoryKill> parse_memory_kill(std::string_view record) {
  constexpr unsigned kLevels = 8;  // a higher number carries a facility: not the kernel's own words
  const auto semicolon = record.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  std::string_view message = record.substr(semicolon + 1);
  message = message.substr(0, message.find('\n'));
  const auto head = split(record.substr(0, semicolon), ',');
  if (head.size() < 3) return std::nullopt;
  std::string_view priority = head[0];
  std::string_view stamp = head[2];
  const auto level = take_number<unsigned>(priority);
  const auto micros = take_number<std::uint64_t>(stamp);
  constexpr std::uint64_t kMostMicros = 9'000'000'000'000'000;
  if (!level || *level >= kLevels || !micros || *micros > kMostMicros) return std::nullopt;
  MemoryKill kill;
  if (!find_victim(message, kill) || kill.pid <= 0) return std::nullopt;
  kill.at = {std::chrono::microseconds{*micros}};
  kill.message = message;
  return kill;
}

std::optional<std::uint64_t> parse_group_kills(std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    constexpr std::string_view kKey = "oom_kill ";
    if (!line.starts_with(kKey)) continue;
    std::string_view number = line.substr(kKey.size());
    return take_number<std::uint64_t>(number);
  }
  return std::nullopt;
}

}  // namespace mainstay::history
