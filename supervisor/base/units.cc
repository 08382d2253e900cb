#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/text.h"

namespace mainstay {

namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t nanos;
};

// Largest first, which is also the order in which format_exact writes them.
constexpr std::array<DurationUnit, 7> kDurationUnits = {{
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

const DurationUnit* find_unit(std::string_view name) {
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::string_view take_while_digit(std::string_view& text, bool with_point) {
  std::size_t n = 0;
  while (n < text.size() && (is_digit(text[n]) || (with_point && text[n] == '.')))
    ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

std::string_view take_until_digit(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && !is_digit(text[n]))
    ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

Error bad_duration(std::string_view text) {
  return Error{
      fmt::format("'{}' is not a duration; write it like 250ms, 5s, 1m30s, 2h or 7d", text)};
}

bool parse_double(std::string_view digits, double& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc{} && end == digits.data() + digits.size() && std::isfinite(out);
}

// The factor of "K", "M", "KiB", "kb" …; 0 when it is no unit of size.
std::uint64_t size_factor(std::string_view unit) {
  if (unit == "B" || unit == "b") return 1;
  constexpr std::string_view kLetters = "KMGT";
  if (unit.empty()) return 0;
  const std::string_view rest = unit.substr(1);
  if (rest != "" && rest != "B" && rest != "b" && rest != "iB") return 0;
  const char letter = unit[0] == 'k' ? 'K' : unit[0];
  const std::size_t power = kLetters.find(letter);
  return power == std::string_view::npos ? 0 : std::uint64_t{1} << (10 * (power + 1));
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  if (rest.empty()) return bad_duration(text);
  std::int64_t total = 0;
  while (!rest.empty()) {
    const std::string_view digits = take_while_digit(rest, false);
    const std::string_view unit_name = take_until_digit(rest);
    std::int64_t amount = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), amount);
    if (digits.empty()) return bad_duration(text);
    if (unit_name.empty()) {
      return Error{fmt::format("'{0}' has no unit; write {1}s or {1}m", text, digits)};
    }
    const DurationUnit* unit = find_unit(unit_name);
    if (unit == nullptr) return bad_duration(text);
    if (parsed.ec != std::errc{} || __builtin_mul_overflow(amount, unit->nanos, &amount) ||
        __builtin_add_overflow(total, amount, &total)) {
      return Error{fmt::format("'{}' is too long a duration", text)};
    }
  }
  return Duration{total};
}

Result<Bytes> parse_size(std::string_view text) {
  std::string_view rest = text;
  const std::string_view digits = take_while_digit(rest, true);
  double amount = 0;
  if (!parse_double(digits, amount)) {
    return Error{fmt::format("'{}' is not a size; write it like 512K, 10M or 1GiB", text)};
  }
  if (rest.empty()) {
    if (amount == 0) return Bytes{0};
    return Error{fmt::format("'{0}' has no unit; write {0}K, {0}M or {0}B", text)};
  }
  const std::uint64_t factor = size_factor(rest);
  if (factor == 0) {
    return Error{fmt::format("'{}' is not a size; write it like 512K, 10M or 1GiB", text)};
  }
  const double count = amount * static_cast<double>(factor);
  if (count >= 9.2e18) return Error{fmt::format("'{}' is too large a size", text)};
  return Bytes{static_cast<std::uint64_t>(count)};
}

Result<double> parse_percent(std::string_view text, double max) {
  std::string_view rest = text;
  const std::string_view digits = take_while_digit(rest, true);
  double value = 0;
  if (!parse_double(digits, value)) {
    return Error{fmt::format("'{}' is not a percentage; write it like 80%", text)};
  }
  if (rest.empty()) return Error{fmt::format("'{0}' has no unit; write {0}%", text)};
  if (rest != "%") return Error{fmt::format("'{}' is not a percentage; write it like 80%", text)};
  if (value > max) return Error{fmt::format("'{}' is more than {}%", text, max)};
  return value;
}

std::string format_exact(Duration d) {
  if (d.count() == 0) return "0s";
  std::string out = d.count() < 0 ? "-" : "";
  std::int64_t left = std::abs(std::max(d.count(), -std::numeric_limits<std::int64_t>::max()));
  for (const DurationUnit& unit : kDurationUnits) {
    if (left >= unit.nanos) out += fmt::format("{}{}", left / unit.nanos, unit.name);
    left %= unit.nanos;
  }
  return out;
}

std::string format_exact(Bytes size) {
  constexpr std::array<std::pair<std::uint64_t, char>, 4> kUnits = {
      {{1ULL << 40, 'T'}, {1ULL << 30, 'G'}, {1ULL << 20, 'M'}, {1ULL << 10, 'K'}}};
  for (const auto& [factor, letter] : kUnits) {
    if (size.count >= factor && size.count % factor == 0)
      return fmt::format("{}{}", size.count / factor, letter);
  }
  return size.count == 0 ? "0" : fmt::format("{}B", size.count);
}

std::string format_size(Bytes size) {
  constexpr std::array<std::string_view, 5> kNames = {"B", "KB", "MB", "GB", "TB"};
  double value = static_cast<double>(size.count);
  std::size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  const bool one_decimal = unit >= 3 && value < 100;
  return fmt::format("{:.{}f} {}", value, one_decimal ? 1 : 0, kNames[unit]);
}

}  // namespace mainstay
