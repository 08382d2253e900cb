#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.h"

namespace mainstay::ctl {

namespace {

std::string value_of(const EnvironmentLookup& environment, std::string_view name) {
  return environment(name).value_or("");
}

bool locale_is_utf8(const EnvironmentLookup& environment) {
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = to_lower(value_of(environment, name));
    if (value.empty()) continue;
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

std::optional<std::size_t> positive(std::string_view text) {
  std::size_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || value == 0) return std::nullopt;
  return value;
}

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::Good:
      return "\x1b[32m";
    case Tone::Warn:
      return "\x1b[33m";
    case Tone::Bad:
      return "\x1b[31m";
    case Tone::Faint:
      return "\x1b[2m";
    case Tone::Plain:
      return "";
  }
  return "";
}

}  // namespace

Terminal detect_terminal(int fd, bool no_color, const EnvironmentLookup& environment) {
  Terminal terminal;
  if (isatty(fd) == 0) return terminal;
  const bool dumb = value_of(environment, "TERM") == "dumb";
  terminal.interactive = !dumb;
  terminal.colour = !dumb && !no_color && value_of(environment, "NO_COLOR").empty();
  terminal.symbols = locale_is_utf8(environment);
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
    terminal.height = size.ws_row;
  } else {
    terminal.width = positive(value_of(environment, "COLUMNS")).value_or(80);
    terminal.height = positive(value_of(environment, "LINES")).value_or(24);
  }
  return terminal;
}

std::string paint(std::string_view text, Tone tone, const Terminal& terminal) {
  if (!terminal.colour || tone == Tone::Plain || text.empty()) return std::string{text};
  return std::string{code_of(tone)}.append(text).append("\x1b[0m");
}

Symbols symbols_for(const Terminal& terminal) {
  if (terminal.symbols) return {"–", "…", " · ", "—", "✔", "✘", "…"};
  return {"-", "...", "; ", "-", "+", "x", "."};
}

}  // namespace mainstay::ctl
