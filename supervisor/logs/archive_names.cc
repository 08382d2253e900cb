#include "logs/archive_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace mainstay::logs {

namespace {

using std::chrono::floor;
using std::chrono::seconds;

constexpr std::string_view kLog = ".log";
constexpr std::size_t kStamp = std::string_view{"_20261122_110007"}.size();
constexpr WallTime kLatest{seconds{7'258'118'399}};  // 2199-12-31 23:59:59

constexpr std::array<std::pair<std::string_view, ArchivePart>, 5> kEndings = {{
    {".log.gz.tmp", ArchivePart::Unfinished},
    {".log.tmp", ArchivePart::Unfinished},
    {".log.idx", ArchivePart::Index},
    {".log.gz", ArchivePart::Compressed},
    {".log", ArchivePart::Plain},
}};

// "_20261122_110007"
std::string stamp(WallTime at) {
  const std::string text = format_rfc3339(at);  // "2026-11-22T11:00:07.000Z"
  return fmt::format("_{}{}{}_{}{}{}", text.substr(0, 4), text.substr(5, 2), text.substr(8, 2),
                     text.substr(11, 2), text.substr(14, 2), text.substr(17, 2));
}

std::optional<WallTime> parse_stamp(std::string_view text) {
  const auto at = parse_rfc3339(
      fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(1, 4), text.substr(5, 2), text.substr(7, 2),
                  text.substr(10, 2), text.substr(12, 2), text.substr(14, 2)));
  if (!at || *at < WallTime{} || *at > kLatest || stamp(*at) != text) return std::nullopt;
  return *at;
}

bool is_instance_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string archive_file_name(std::string_view log, WallTime at) {
  log.remove_suffix(kLog.size());
  return std::string{log} + stamp(at) + std::string{kLog};
}

std::string archive_file_name(const ArchiveName& name) {
  return archive_file_name(name.log, name.at);
}

std::optional<ArchiveName> parse_archive_name(std::string_view file) {
  const auto ending = std::find_if(kEndings.begin(), kEndings.end(),
                                   [&](const auto& known) { return file.ends_with(known.first); });
  if (ending == kEndings.end()) return std::nullopt;
  file.remove_suffix(ending->first.size());
  if (file.size() <= kStamp) return std::nullopt;
  const auto at = parse_stamp(file.substr(file.size() - kStamp));
  if (!at) return std::nullopt;
  file.remove_suffix(kStamp);
  std::string log = std::string{file} + std::string{kLog};
  if (!service_of_log(log)) return std::nullopt;
  return ArchiveName{std::move(log), *at, ending->second};
}

std::optional<std::string> service_of_log(std::string_view log) {
  if (!log.ends_with(kLog)) return std::nullopt;
  log.remove_suffix(kLog.size());
  if (log.ends_with(".out") || log.ends_with(".err")) log.remove_suffix(4);
  const std::size_t colon = log.find(':');
  if (colon != std::string_view::npos) {
    if (!is_instance_number(log.substr(colon + 1))) return std::nullopt;
    log = log.substr(0, colon);
  }
  if (!is_valid_name(log)) return std::nullopt;
  return std::string{log};
}

void ArchiveTimes::learn(const std::string& log, WallTime at) {
  WallTime& newest = newest_.try_emplace(log, at).first->second;
  newest = std::max(newest, at);
}

std::optional<WallTime> ArchiveTimes::next(const std::string& log, WallTime now) const {
  WallTime at{std::max(Duration{0}, Duration{floor<seconds>(now.since_epoch)})};
  const auto found = newest_.find(log);
  if (found != newest_.end()) at = std::max(at, found->second + seconds{1});
  if (at > kLatest) return std::nullopt;
  return at;
}

}  // namespace mainstay::logs
