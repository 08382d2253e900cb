#include "logs/level_json.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "logs/json_scan.h"

namespace mainstay::logs {

namespace {

constexpr std::array<std::string_view, 9> kLevelKeys = {
    "level", "severity", "lvl", "levelname", "loglevel", "log.level", "@l", "Level", "log_level"};

// pino and bunyan count 10, 20, … 60; syslog (GELF) and journald 0 to 7.
std::optional<Level> level_of_number(std::string_view digits) {
  unsigned number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  if (number < 8) return level_of_syslog(number);
  if (number < 30) return Level::Debug;
  if (number < 40) return Level::Info;
  return number < 50 ? Level::Warn : Level::Error;
}

}  // namespace

Level level_of_syslog(unsigned severity) {
  if (severity <= 3) return Level::Error;
  if (severity == 4) return Level::Warn;
  return severity <= 6 ? Level::Info : Level::Debug;
}

std::optional<Level> level_of_json(std::string_view line) {
  JsonScan scanner{line};
  if (!scanner.take('{')) return std::nullopt;
  do {
    const auto key = scanner.string();
    if (!key || !scanner.take(':')) return std::nullopt;
    if (std::find(kLevelKeys.begin(), kLevelKeys.end(), *key) == kLevelKeys.end()) {
      if (!scanner.skip_value()) return std::nullopt;
      continue;
    }
    if (!scanner.at_string()) return level_of_number(scanner.bare());
    const auto word = scanner.string();
    if (!word) return std::nullopt;
    const auto level = parse_level(*word);
    return level ? level : level_of_number(*word);
  } while (scanner.take(','));
  return std::nullopt;
}

}  // namespace mainstay::logs
