#include "schedule/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "base/text.h"

namespace mainstay::schedule {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED",
                                                       "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  int min;
  int max;
  std::span<const std::string_view> words;  // words[i] means min + i
};

constexpr Field kMinute = {"minute", 0, 59, {}};
constexpr Field kHour = {"hour", 0, 23, {}};
constexpr Field kDay = {"day-of-month", 1, 31, {}};
constexpr Field kMonth = {"month", 1, 12, kMonths};
constexpr Field kWeekday = {"day-of-week", 0, 7, kWeekdays};

struct Nickname {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<Nickname, 7> kNicknames = {{{"@yearly", "0 0 1 1 *"},
                                                 {"@annually", "0 0 1 1 *"},
                                                 {"@monthly", "0 0 1 * *"},
                                                 {"@weekly", "0 0 * * 0"},
                                                 {"@daily", "0 0 * * *"},
                                                 {"@midnight", "0 0 * * *"},
                                                 {"@hourly", "0 * * * *"}}};

constexpr std::size_t kMaxLength = 256;

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string shown(std::string_view text) {
  return escape_for_terminal(text.substr(0, 80), false);
}

Error field_error(const Field& field, std::string_view what) {
  return Error{fmt::format("{}: {}", field.name, what)};
}

std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && text[0] != '-';
  return whole ? std::optional{value} : std::nullopt;
}

// One value of the field: a number or a name.
Result<int> parse_value(const Field& field, std::string_view text) {
  if (text.empty()) return field_error(field, "a value is missing");
  const std::string word = upper(text);
  for (std::size_t i = 0; i < field.words.size(); ++i) {
    if (field.words[i] == word) return field.min + static_cast<int>(i);
  }
  const auto value = parse_number(text);
  if (!value) return field_error(field, fmt::format("'{}' is not a value of it", shown(text)));
  if (*value < field.min || *value > field.max) {
    return field_error(field, fmt::format("{} is not within {}-{}", *value, field.min, field.max));
  }
  return *value;
}

bool is_star(std::string_view text) {
  return text == "*" || text == "?";
}

struct Range {
  int first = 0;
  int last = 0;
  int step = 1;
};

// "*", "a" or "a-b"; a lone "a" with a step goes on to the end of the field.
Result<Range> parse_bounds(const Field& field, std::string_view text, bool stepped) {
  // A star leaves out the second name of Sunday, so that its steps stop at Saturday.
  const int end = field.max == 7 ? 6 : field.max;
  if (is_star(text)) return Range{field.min, end};
  const std::size_t dash = text.find('-');
  const auto first = parse_value(field, text.substr(0, dash));
  if (!first) return first.error();
  if (dash == std::string_view::npos)
    return Range{*first, stepped ? std::max(*first, end) : *first};
  const auto last = parse_value(field, text.substr(dash + 1));
  if (!last) return last.error();
  // "FRI-SUN" ends with the Sunday after Friday.
  const int upto = *last == 0 && field.max == 7 && *first > 0 ? 7 : *last;
  if (upto < *first) {
    return field_error(
        field,
        fmt::format("the range '{}' goes backwards; write two, separated by a comma", shown(text)));
  }
  return Range{*first, upto};
}

// An item of the list: bounds and perhaps a step.
Result<Range> parse_range(const Field& field, std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool stepped = slash != std::string_view::npos;
  auto range = parse_bounds(field, text.substr(0, slash), stepped);
  if (!range || !stepped) return range;
  const std::string_view digits = text.substr(slash + 1);
  const auto step = digits.empty() ? std::nullopt : parse_number(digits);
  if (!step || *step < 1) {
    return field_error(field,
                       fmt::format("the step '{}' is not a whole number above 0", shown(digits)));
  }
  if (*step > field.max) {
    return field_error(field, fmt::format("the step {} is larger than the field", *step));
  }
  range->step = *step;
  return range;
}

Result<std::uint64_t> parse_item(const Field& field, std::string_view text) {
  const auto range = parse_range(field, text);
  if (!range) return range.error();
  std::uint64_t bits = 0;
  for (int value = range->first; value <= range->last; value += range->step) {
    bits |= std::uint64_t{1} << (field.max == 7 ? value % 7 : value);
  }
  return bits;
}

// What "5L", "FRIL" or "FRI#L" leaves without its ending; nothing when it has none.
std::optional<std::string_view> without_last(const Field& field, std::string_view text) {
  const std::size_t digits_and_l = 2;
  if (field.max != 7 || text.size() < digits_and_l || upper(text).back() != 'L')
    return std::nullopt;
  text.remove_suffix(1);
  if (text.ends_with('#')) text.remove_suffix(1);
  return text;
}

struct FieldBits {
  std::uint64_t bits = 0;
  std::uint64_t last = 0;  // the values that are meant by "L"; for the day of the month: 1
};

Status add_item(const Field& field, std::string_view text, FieldBits& out) {
  if (field.min == 1 && field.max == 31 && upper(text) == "L") {
    out.last = 1;
    return {};
  }
  const auto last = without_last(field, text);
  const auto bits = parse_item(field, last.value_or(text));
  if (!bits) return bits.error();
  (last ? out.last : out.bits) |= *bits;
  return {};
}

Result<FieldBits> parse_field(const Field& field, std::string_view text) {
  FieldBits out;
  for (const std::string_view item : split(text, ',')) {
    if (const Status added = add_item(field, item, out); !added) return added.error();
  }
  return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBlanks = " \t";
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.size(), text.find_first_of(kBlanks, at));
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

Result<CronExpression> parse_fields(const std::vector<std::string_view>& words) {
  const std::array<Field, 5> fields = {kMinute, kHour, kDay, kMonth, kWeekday};
  if (words.size() != fields.size()) {
    return Error{fmt::format("it has {}, not five: minute hour day-of-month month day-of-week",
                             count_of(words.size(), "field"))};
  }
  std::array<FieldBits, 5> parsed;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = parse_field(fields[i], words[i]);
    if (!field) return field.error();
    parsed[i] = *field;
  }
  CronExpression cron;
  cron.minutes = parsed[0].bits;
  cron.hours = static_cast<std::uint32_t>(parsed[1].bits);
  cron.days = static_cast<std::uint32_t>(parsed[2].bits);
  cron.last_day = parsed[2].last != 0;
  cron.months = static_cast<std::uint16_t>(parsed[3].bits);
  cron.weekdays = static_cast<std::uint8_t>(parsed[4].bits);
  cron.last_weekdays = static_cast<std::uint8_t>(parsed[4].last);
  cron.any_day = is_star(words[2]);
  cron.any_weekday = is_star(words[4]);
  return cron;
}

Result<CronExpression> parse_nickname(std::string_view text) {
  for (const Nickname& nickname : kNicknames) {
    if (upper(nickname.name) == upper(text)) return parse_fields(words_of(nickname.meaning));
  }
  std::vector<std::string> names;
  for (const Nickname& nickname : kNicknames)
    names.emplace_back(nickname.name);
  return Error{fmt::format("there is no such name{}", did_you_mean(text, names))};
}

}  // namespace

Result<CronExpression> parse_cron(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text.substr(0, kMaxLength));
  const bool named = words.size() == 1 && words[0].starts_with('@');
  auto parsed = text.size() > kMaxLength ? Result<CronExpression>{Error{"it is too long"}}
                : named                  ? parse_nickname(words[0])
                                         : parse_fields(words);
  if (parsed) return parsed;
  return Error{fmt::format("cron expression '{}': {}", shown(text), parsed.error().message)};
}

}  // namespace mainstay::schedule
