#include "ctl/log_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

// Cyan, magenta, blue and their bright forms; green, yellow and red carry state.
constexpr std::array<int, 6> kNameColours = {36, 35, 34, 96, 95, 94};

std::string name_of(const Json& line) {
  const std::string instance = text_of(line, "instance");
  return instance.empty() ? text_of(line, "service") : instance;
}

bool is_err(const Json& line) {
  return raw_text_of(line, "stream") == "err";
}

// What the service printed.
std::string bytes_of(const Json& line) {
  if (const Json* coded = member(line, "raw"); coded != nullptr && coded->is_string()) {
    if (auto bytes = from_base64(coded->get<std::string>())) return std::move(*bytes);
  }
  return raw_text_of(line, "text");
}

// For people the clock of their zone, in files what sorts and can be read back.
std::string time_text(const Json& line, const Terminal& terminal) {
  const auto at = time_of(line, "at");
  if (!at) return raw_text_of(line, "at");
  if (!terminal.interactive) return format_rfc3339(*at);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at->since_epoch).count() % 1000;
  return fmt::format("{}.{:03}", format_local_date_clock(*at), ms);
}

}  // namespace

std::string paint_name(std::string_view name, const Terminal& terminal) {
  if (!terminal.colour) return std::string{name};
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("\x1b[{}m{}\x1b[0m", kNameColours[hash % kNameColours.size()], name);
}

std::string strip_colour(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.starts_with("\x1b[") ? text.find_first_not_of("0123456789;", 2)
                                                      : std::string_view::npos;
    const bool colour = end != std::string_view::npos && text[end] == 'm';
    if (!colour) out.push_back(text[0]);
    text.remove_prefix(colour ? end + 1 : 1);
  }
  return out;
}

std::string LogText::prefix(const Json& line) const {
  std::string out;
  if (options_.timestamps) out += time_text(line, terminal_) + " ";
  if (options_.names) {
    const std::string name = name_of(line);
    const std::size_t width = display_width(name);
    out +=
        paint_name(name, terminal_) + std::string(name_width_ - std::min(width, name_width_), ' ');
  }
  // A pipe that carries one service carries its bytes and nothing else.
  const bool marked = options_.names || terminal_.interactive;
  if (!marked) return out;
  return out + (options_.names ? " " : "") + (is_err(line) ? "! " : "| ");
}

std::string LogText::text(const Json& line) const {
  const std::string raw = bytes_of(line);
  if (!terminal_.width) return raw;  // no terminal at all
  if (!terminal_.colour) return escape_for_terminal(strip_colour(raw), false);
  std::string safe = escape_for_terminal(raw, true);
  // What the service switched on must not colour what comes after it.
  if (safe.find('\x1b') != std::string::npos) safe += "\x1b[0m";
  return safe;
}

std::string LogText::format_raw(const std::vector<Json>& lines) {
  std::string out;
  for (const Json& line : lines) {
    out += bytes_of(line);
    if (!flag_of(line, "partial")) out += "\n";
  }
  return out;
}

std::string LogText::format(const std::vector<Json>& lines) {
  if (options_.raw) return format_raw(lines);
  for (const Json& line : lines) {
    const std::string name = name_of(line);
    if (only_.empty()) only_ = name;
    if (name != only_) options_.names = true;
    name_width_ = std::max(name_width_, display_width(name));
  }
  std::string out;
  const bool whole_lines = options_.names || options_.timestamps || terminal_.width.has_value();
  for (const Json& line : lines) {
    if (unfinished_ && !flag_of(line, "continued")) out += "\n";
    out += prefix(line) + text(line);
    unfinished_ = !whole_lines && flag_of(line, "partial");
    if (!unfinished_) out += "\n";
  }
  return out;
}

}  // namespace mainstay::ctl
