#include "schedule/zone.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "base/text.h"

namespace mainstay::schedule {

namespace {

using Seconds = std::chrono::time_point<std::chrono::system_clock, cctz::seconds>;

constexpr const char* kDatabase = "/usr/share/zoneinfo";
constexpr const char* kLocaltime = "/etc/localtime";

Seconds to_cctz(WallTime at) {
  return Seconds{std::chrono::floor<cctz::seconds>(at.since_epoch)};
}

// cctz gives the ends of time for what lies beyond them; ours are nearer, in the years 1678 and
// 2262.
WallTime from_cctz(Seconds at) {
  constexpr std::int64_t kLimit = 9'200'000'000;
  return {std::chrono::seconds{
      std::clamp<std::int64_t>(at.time_since_epoch().count(), -kLimit, kLimit)}};
}

// The database is a folder of files: a name must not leave it.
bool looks_like_a_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name[0] == '/') return false;
  if (name.find("..") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

// Every name of the database: tzdata.zi has "Z NAME …" for zones and "L TARGET NAME" for links.
std::vector<std::string> known_names() {
  std::vector<std::string> names = {"UTC"};
  std::ifstream index{std::string{kDatabase} + "/tzdata.zi"};
  for (std::string line; std::getline(index, line);) {
    const std::vector<std::string_view> words = split(line, ' ');
    if (words.size() >= 2 && words[0] == "Z") names.emplace_back(words[1]);
    if (words.size() >= 3 && words[0] == "L") names.emplace_back(words[2]);
  }
  return names;
}

Error unknown_zone(std::string_view name) {
  const std::string shown = escape_for_terminal(name.substr(0, 80), false);
  const std::vector<std::string> names = known_names();
  if (names.size() == 1) {
    return Error{
        fmt::format("cannot read time zone '{}': there is no time zone database in {}; "
                    "install tzdata",
                    shown, kDatabase)};
  }
  return Error{
      fmt::format("there is no time zone '{}'{}", shown, did_you_mean(name.substr(0, 80), names))};
}

}  // namespace

struct Zone::Rules {
  cctz::time_zone zone;
};

Zone Zone::utc() {
  return {"UTC", std::make_shared<Rules>(Rules{cctz::utc_time_zone()})};
}

Result<Zone> Zone::named(std::string_view name) {
  if (name == "UTC") return utc();
  Rules rules;
  std::string known{name};
  if (!looks_like_a_name(name) || !cctz::load_time_zone(known, &rules.zone))
    return unknown_zone(name);
  return Zone{std::move(known), std::make_shared<Rules>(rules)};
}

Result<Zone> Zone::machine() {
  const char* set = std::getenv("TZ");
  std::string_view name = set == nullptr ? "" : set;
  if (name.starts_with(':')) name.remove_prefix(1);
  if (set != nullptr && name.empty()) return utc();  // an empty TZ means UTC to the C library too
  const std::string file{name.starts_with('/') ? name : kLocaltime};
  if (!name.empty() && !name.starts_with('/')) return named(name);
  Rules rules;
  if (cctz::load_time_zone(file, &rules.zone)) {
    return Zone{"localtime", std::make_shared<Rules>(rules)};
  }
  if (name.empty()) return utc();
  return Error{fmt::format("cannot read the time zone file {} that TZ names",
                           escape_for_terminal(file, false))};
}

LocalMinute Zone::local(WallTime at) const {
  const cctz::civil_second shown = cctz::convert(to_cctz(at), rules_->zone);
  return {cctz::civil_day{shown} - cctz::civil_day{}, shown.hour() * 60 + shown.minute()};
}

Zone::Moments Zone::moments(LocalMinute local) const {
  using Lookup = cctz::time_zone::civil_lookup;
  const cctz::civil_second wanted =
      cctz::civil_second{cctz::civil_day{} + local.days} + local.minute * 60;
  const Lookup found = rules_->zone.lookup(wanted);
  if (found.kind == Lookup::SKIPPED) {
    return {true, false, from_cctz(found.trans), from_cctz(found.trans)};
  }
  const bool doubled = found.kind == Lookup::REPEATED;
  return {false, doubled, from_cctz(found.pre), from_cctz(doubled ? found.post : found.pre)};
}

std::optional<WallTime> Zone::next_put_back(WallTime after) const {
  Seconds at = to_cctz(after);
  cctz::time_zone::civil_transition change;
  // Changes come at most a few times a year, and every second one is a put-back.
  for (int i = 0; i < 8 && rules_->zone.next_transition(at, &change); ++i) {
    const Seconds moment = rules_->zone.lookup(change.to).trans;
    if (change.to < change.from) return from_cctz(moment);
    at = moment;
  }
  return std::nullopt;
}

}  // namespace mainstay::schedule
