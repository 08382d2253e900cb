#include "ctl/log_resume.h"

#include <algorithm>

#include "ctl/json_fields.h"

namespace mainstay::ctl {

bool LogResume::is_repeated(Seen& seen, const std::string& at) {
  if (!seen.replaying) return false;
  if (at < seen.at) return true;
  if (at == seen.at && seen.to_skip > 0) {
    --seen.to_skip;
    return true;
  }
  seen.replaying = false;
  return false;
}

std::vector<Json> LogResume::take_new(std::vector<Json> lines) {
  std::vector<Json> fresh;
  for (Json& line : lines) {
    const std::string at = raw_text_of(line, "at");
    const std::pair stream{raw_text_of(line, "instance"), raw_text_of(line, "stream")};
    // A stream of which nothing was shown had nothing new enough to be among the last lines.
    if (restarted_ && !seen_.contains(stream) && at < oldest_) continue;
    Seen& seen = seen_[stream];
    if (is_repeated(seen, at)) continue;
    if (oldest_.empty() || at < oldest_) oldest_ = at;
    newest_ = std::max(newest_, at);
    seen.count = at == seen.at ? seen.count + 1 : 1;
    seen.at = at;
    fresh.push_back(std::move(line));
  }
  return fresh;
}

WallTime LogResume::since(WallTime begun) const {
  constexpr Duration kLag = std::chrono::minutes{5};
  const auto newest = parse_rfc3339(newest_);
  return newest ? *newest + -kLag : begun;
}

void LogResume::restart() {
  restarted_ = true;
  for (auto& [stream, seen] : seen_) {
    seen.replaying = true;
    seen.to_skip = seen.count;
  }
}

}  // namespace mainstay::ctl
