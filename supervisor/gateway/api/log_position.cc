#include "gateway/api/log_position.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/text.h"
#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

constexpr std::int64_t kLagMicros =
    std::chrono::duration_cast<std::chrono::microseconds>(LogPosition::kLag).count();
constexpr std::size_t kLongestEntry = 40;

std::int64_t micros(WallTime at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.since_epoch).count();
}

// FNV-1a.
std::uint32_t hash(std::uint32_t state, std::string_view text) {
  for (const char c : text)
    state = (state ^ static_cast<unsigned char>(c)) * 16777619U;
  return state;
}

template <typename T>
bool read_hex(std::string_view text, T& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return failed == std::errc{} && end == text.data() + text.size();
}

}  // namespace

// In one walk: this is most of what a follower costs.
std::optional<LogLine> log_line(std::string_view object) {
  std::string_view at_text;
  std::string_view instance;
  std::string_view stream;
  std::string_view continued;
  for_each_member(object, [&](std::string_view name, std::string_view value) {
    if (name == "at") at_text = value;
    if (name == "instance") instance = value;
    if (name == "stream") stream = value;
    if (name == "continued") continued = value;
  });
  const auto at = plain_string(at_text);
  const auto time = at ? parse_rfc3339(*at) : Result<WallTime>{Error{}};
  if (!time) return std::nullopt;
  return LogLine{micros(*time), hash(hash(2166136261U, instance), stream), continued == "true"};
}

LogPosition::LogPosition(WallTime begin) : begin_(micros(begin)) {}

std::optional<LogPosition> LogPosition::parse(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  const auto parts = split(text, '.');
  LogPosition position{WallTime{}};
  if (parts.size() < 3 || !read_hex(parts[0], position.begin_) ||
      !read_hex(parts[1], position.newest_) || (parts[2] != "0" && parts[2] != "1"))
    return std::nullopt;
  // Times that no clock has would not survive arithmetic.
  constexpr std::int64_t kMost = std::int64_t{1} << 52;
  if (position.newest_ < 0 || position.newest_ > kMost) return std::nullopt;
  position.incomplete_ = parts[2] == "1";
  for (std::size_t i = 3; i < parts.size(); ++i) {
    const auto fields = split(parts[i], '-');
    std::uint32_t stream = 0;
    std::int64_t ago = 0;
    Last last;
    if (fields.size() != 3 || !read_hex(fields[0], stream) || !read_hex(fields[1], ago) ||
        !read_hex(fields[2], last.count) || ago < 0 || ago > kLagMicros)
      return std::nullopt;
    last.at = position.newest_ - ago;
    position.streams_.emplace(stream, last);
  }
  position.replay();
  return position;
}

std::string LogPosition::text() const {
  std::vector<std::pair<std::int64_t, std::string>> entries;
  for (const auto& [stream, last] : streams_) {
    const std::int64_t ago = newest_ - last.at;
    if (ago > kLagMicros) continue;
    entries.emplace_back(ago, fmt::format(".{:x}-{:x}-{:x}", stream, ago, last.count));
  }
  std::sort(entries.begin(), entries.end());
  std::string all;
  bool incomplete = incomplete_;
  for (const auto& [ago, entry] : entries) {
    incomplete = incomplete || all.size() + entry.size() > kLongest - kLongestEntry;
    if (all.size() + entry.size() <= kLongest - kLongestEntry) all += entry;
  }
  return fmt::format("{:x}.{:x}.{}", std::max<std::int64_t>(begin(), 0), newest_,
                     incomplete ? 1 : 0) +
         all;
}

bool LogPosition::is_behind(Last& last, const LogLine& line) const {
  if (!last.replays) return false;
  if (line.at < last.at) return true;
  if (line.at == last.at && (last.count == 0 || last.to_skip > 0)) {
    if (last.to_skip > 0) --last.to_skip;
    return true;
  }
  last.replays = false;
  return false;
}

bool LogPosition::take(const LogLine& line, bool all_of_its_time) {
  const auto [found, is_first] = streams_.try_emplace(line.stream);
  Last& last = found->second;
  // Where a line was in one piece before, it is so when it comes again.
  if (!is_first && line.continued) return last.was_new;
  if (is_first) {
    if (line.at < begin_ || (incomplete_ && line.at <= newest_)) {
      streams_.erase(found);
      return false;
    }
    last = {.at = line.at, .count = all_of_its_time ? 1U : 0U};
  } else {
    last.was_new = !is_behind(last, line);
    if (!last.was_new) return false;
    if (line.at != last.at) {
      last.at = line.at;
      last.count = 1;
    } else if (last.count != 0) {
      ++last.count;
    }
  }
  newest_ = std::max(newest_, line.at);
  if (oldest_ == 0 || line.at < oldest_) oldest_ = line.at;
  forget_old();
  return true;
}

// Once a minute of lines is enough.
void LogPosition::forget_old() {
  constexpr std::int64_t kMinute = 60'000'000;
  if (newest_ < forgotten_until_ + kMinute) return;
  forgotten_until_ = newest_;
  // While lines come again, what is old is still looked for.
  std::erase_if(streams_, [this](const auto& each) {
    return !each.second.replays && each.second.at < newest_ - kLagMicros;
  });
}

void LogPosition::replay() {
  begin_ = begin();
  for (auto& [stream, last] : streams_) {
    last.replays = true;
    last.to_skip = last.count;
  }
}

WallTime LogPosition::since() const {
  const std::int64_t at = newest_ == 0 ? begin_ : newest_ - kLagMicros;
  return {std::chrono::microseconds{std::max<std::int64_t>(at, 0)}};
}

}  // namespace mainstay::gateway
