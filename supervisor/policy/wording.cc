#include "policy/wording.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "policy/backoff.h"

namespace mainstay::policy {

namespace {

std::string superscript(std::uint32_t n) {
  constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴",
                                                        "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out;
  for (const char digit : std::to_string(n))
    out += kDigits[static_cast<std::size_t>(digit - '0')];
  return out;
}

}  // namespace

std::string spell(Duration d) {
  std::string text = format_duration(d);
  if (text.ends_with(".0 s")) text.erase(text.size() - 4, 2);
  return text;
}

std::string ordinal(std::uint32_t n) {
  const std::uint32_t last_two = n % 100;
  const bool teen = last_two >= 11 && last_two <= 13;
  const std::uint32_t last = teen ? 0 : n % 10;
  return fmt::format("{}{}", n, last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th");
}

std::string backoff_formula(const model::Backoff& backoff, std::uint32_t count) {
  std::string out;
  if (is_capped(backoff, count)) {
    out = "at most " + spell(backoff.max);
  } else {
    out = spell(backoff.initial);
    if (count > 1 && backoff.factor != 1) {
      out += fmt::format(" × {:g}{}", backoff.factor, count > 2 ? superscript(count - 1) : "");
    }
  }
  if (backoff.jitter > 0) out += fmt::format(" ± {:g} %", backoff.jitter * 100);
  return out;
}

std::string spell_last_run(const LastExit& last) {
  if (!last.start_failure.empty()) return "could not start: " + last.start_failure;
  const auto end =
      fmt::format("ended with {} after {}", describe(last.status), spell(last.run_time));
  return last.note.empty() ? end : fmt::format("{} ({}: {})", end, last.cause, last.note);
}

std::string spell_briefly(const LastExit& last) {
  if (!last.start_failure.empty()) return last.start_failure;
  return last.note.empty() ? describe(last.status) : fmt::format("{}: {}", last.cause, last.note);
}

}  // namespace mainstay::policy
