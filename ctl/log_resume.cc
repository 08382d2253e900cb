#include "ctl/log_resume.h"

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
    Seen& seen = seen_[{raw_text_of(line, "instance"), raw_text_of(line, "stream")}];
    if (is_repeated(seen, at)) continue;
    seen.count = at == seen.at ? seen.count + 1 : 1;
    seen.at = at;
    fresh.push_back(std::move(line));
  }
  return fresh;
}

void LogResume::restart() {
  for (auto& [stream, seen] : seen_) {
    seen.replaying = true;
    seen.to_skip = seen.count;
  }
}

}  // namespace mainstay::ctl
