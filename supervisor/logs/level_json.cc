#include "logs/level_json.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mainstay::logs {

namespace {

constexpr std::array<std::string_view, 9> kKeys = {
    "level", "severity", "lvl", "levelname", "loglevel", "log.level", "@l", "Level", "log_level"};

// Walks over the text of an object, without building anything.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_space();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // What stands between the quotes, escapes as they are; nothing: no string, or it does not end.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\\')
        ++i;
      else if (text_[i] == '"') {
        const std::string_view inside = text_.substr(0, i);
        text_.remove_prefix(i + 1);
        return inside;
      }
    }
    return std::nullopt;
  }

  // A number, true, null.
  std::string_view bare() {
    skip_space();
    const std::size_t end = std::min(text_.find_first_of(",}] \t"), text_.size());
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end);
    return word;
  }

  bool skip_value() {
    skip_space();
    if (text_.empty()) return false;
    if (text_[0] == '"') return string().has_value();
    if (text_[0] != '{' && text_[0] != '[') return !bare().empty();
    int depth = 0;
    do {
      if (text_.empty()) return false;
      const char c = text_[0];
      if (c == '"') {
        if (!string()) return false;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      text_.remove_prefix(1);
    } while (depth > 0);
    return true;
  }

  bool at_string() {
    skip_space();
    return !text_.empty() && text_[0] == '"';
  }

 private:
  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t"), text_.size())); }

  std::string_view text_;
};

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
  Scanner scanner{line};
  if (!scanner.take('{')) return std::nullopt;
  do {
    const auto key = scanner.string();
    if (!key || !scanner.take(':')) return std::nullopt;
    if (std::find(kKeys.begin(), kKeys.end(), *key) == kKeys.end()) {
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
