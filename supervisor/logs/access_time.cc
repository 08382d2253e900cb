#include "logs/access_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/text.h"

namespace mainstay::logs {

namespace {

using namespace std::chrono_literals;

constexpr double kLongestSeconds = 86'400;

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array kUnits = {Unit{"ms", 1ms}, Unit{"s", 1s}, Unit{"us", 1us},
                               Unit{"\xc2\xb5s", 1us}, Unit{"ns", 1ns}};

constexpr std::array<std::string_view, 8> kTimeKeys = {
    "rt", "request_time", "duration", "took", "time", "elapsed", "response_time", "latency"};

std::optional<Duration> unit_named(std::string_view name) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [name](const Unit& unit) { return unit.name == name; });
  return found == kUnits.end() ? std::nullopt : std::optional{found->length};
}

// The next word, or a quoted piece as a whole; empty: there is none.
std::string_view next_token(std::string_view& rest) {
  rest.remove_prefix(length_while(rest, is_blank));
  std::size_t end = length_until(rest, is_blank);
  if (rest.starts_with('"')) {
    const std::size_t close = rest.find('"', 1);
    end = close == std::string_view::npos ? rest.size() : close + 1;
  }
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(end);
  return token;
}

bool is_decimal(std::string_view token) {
  return token.find('.') != std::string_view::npos;
}

std::optional<Duration> took_of_pair(std::string_view token) {
  const std::size_t equals = token.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view key = token.substr(0, equals);
  if (std::find(kTimeKeys.begin(), kTimeKeys.end(), key) == kTimeKeys.end()) return std::nullopt;
  std::string_view value = token.substr(equals + 1);
  if (value.starts_with('"')) value.remove_prefix(1);
  if (value.ends_with('"') || value.ends_with(',')) value.remove_suffix(1);
  return parse_took(value, is_decimal(value) ? std::optional<Duration>{1s} : std::nullopt);
}

}  // namespace

std::optional<Duration> parse_took(std::string_view text, std::optional<Duration> unit) {
  double number = 0;
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  // Without a unit it is no time, whichever number it is.
  if (!unit && std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  if (!name.empty()) unit = unit_named(name);
  if (!unit) return std::nullopt;
  const double seconds = number * to_seconds(*unit);
  if (!(seconds >= 0 && seconds <= kLongestSeconds)) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>{seconds});
}

std::optional<Duration> find_took(std::string_view rest) {
  while (true) {
    const std::string_view token = next_token(rest);
    if (token.empty()) return std::nullopt;
    if (token[0] < '0' || token[0] > '9') {
      if (const auto took = took_of_pair(token)) return took;
      continue;
    }
    if (const auto took = parse_took(token, {})) return took;
    std::string_view after = rest;
    const std::string_view unit = next_token(after);
    if (const auto length = unit_named(unit)) return parse_took(token, *length);
    if (is_decimal(token)) {
      if (const auto took = parse_took(token, 1s)) return took;
    }
  }
}

}  // namespace mainstay::logs
