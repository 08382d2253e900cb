#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstdint>

#include "base/result.h"
#include "base/utf8.h"

namespace mainstay {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Optimal string alignment distance, three rows at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// Whether the class "[…]" at `pattern[at]` holds `c`; `at` moves past it. A class without end is
// the literal '['.
bool matches_class(std::string_view pattern, std::size_t& at, char c) {
  const std::string_view inside = pattern.substr(at + 1);
  const bool negated = inside.starts_with('!') || inside.starts_with('^');
  const std::size_t begin = at + (negated ? 2 : 1);
  // A ] that comes first is a member, as in the shell.
  const std::size_t end = pattern.find(']', begin + 1);
  if (end == std::string_view::npos) return pattern[at++] == c;
  const std::string_view set = pattern.substr(begin, end - begin);
  at = end + 1;
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found = found || (set[i] <= c && c <= set[i + 2]);
      i += 2;
    } else {
      found = found || set[i] == c;
    }
  }
  return found != negated;
}

// The length of an SGR sequence (ESC [ digits and ; m) at the start of `text`, else 0.
std::size_t sgr_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '\x1b' || text[1] != '[') return 0;
  std::size_t i = 2;
  while (i < text.size() && i < 32 && ((text[i] >= '0' && text[i] <= '9') || text[i] == ';'))
    ++i;
  return i < text.size() && text[i] == 'm' ? i + 1 : 0;
}

// Characters that reorder or hide what a person reads (bidirectional controls).
bool is_deceptive(std::uint32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
         c == 0x200f || c == 0x061c;
}

void append_escaped(std::string& out, CodePoint point, std::string_view bytes) {
  const std::uint32_t c = point.value;
  if (c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f)) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x20 || c == 0x7f) {
    out += fmt::format("\\x{:02x}", c);
  } else if (c < 0xa0 || is_deceptive(c)) {
    out += fmt::format("\\u{:04x}", c);
  } else {
    out.append(bytes.substr(0, point.length));
  }
}

struct SignalEntry {
  int number;
  std::string_view name;
};

constexpr SignalEntry kSignals[] = {
    {SIGHUP, "HUP"},       {SIGINT, "INT"},   {SIGQUIT, "QUIT"},   {SIGILL, "ILL"},
    {SIGTRAP, "TRAP"},     {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},     {SIGFPE, "FPE"},
    {SIGKILL, "KILL"},     {SIGUSR1, "USR1"}, {SIGSEGV, "SEGV"},   {SIGUSR2, "USR2"},
    {SIGPIPE, "PIPE"},     {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},   {SIGCHLD, "CHLD"},
    {SIGCONT, "CONT"},     {SIGSTOP, "STOP"}, {SIGTSTP, "TSTP"},   {SIGTTIN, "TTIN"},
    {SIGTTOU, "TTOU"},     {SIGURG, "URG"},   {SIGXCPU, "XCPU"},   {SIGXFSZ, "XFSZ"},
    {SIGVTALRM, "VTALRM"}, {SIGPROF, "PROF"}, {SIGWINCH, "WINCH"}, {SIGSYS, "SYS"},
    {SIGIO, "IO"},         {SIGPWR, "PWR"},
};

}  // namespace

Error system_error(std::string what, int number) {
  std::array<char, 128> buffer{};
  // The GNU strerror_r: returns the text, which need not be in the buffer.
  std::string reason = strerror_r(number, buffer.data(), buffer.size());
  if (!reason.empty()) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  return Error{what + ": " + reason, number};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}

std::string join_some(std::span<const std::string> parts, std::size_t most) {
  if (parts.size() <= most) return join(parts, ", ");
  return fmt::format("{} and {} more", join(parts.first(most), ", "), parts.size() - most);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string to_lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    c = to_lower(c);
  return out;
}

bool equals_ignoring_case(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}

bool is_valid_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || !is_alphanumeric(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // where the last * was, and
  std::size_t star_text = 0;                  // how much of the text it has swallowed
  while (t < text.size()) {
    std::size_t next = p;
    bool matched = false;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
      continue;
    }
    if (p < pattern.size()) {
      if (pattern[p] == '[') {
        matched = matches_class(pattern, next, text[t]);
      } else {
        matched = pattern[p] == '?' || pattern[p] == text[t];
        next = p + 1;
      }
    }
    if (matched) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > 128) return std::nullopt;
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const auto found = closest(word, candidates);
  return found ? fmt::format("; did you mean '{}'?", *found) : "";
}

std::string escape_for_terminal(std::string_view text, bool allow_colour) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t sgr = allow_colour ? sgr_length(text) : 0;
    if (sgr != 0) {
      out.append(text.substr(0, sgr));
      text.remove_prefix(sgr);
      continue;
    }
    const CodePoint point = decode_utf8(text);
    if (point.length == 0) {
      out.append(kReplacementCharacter);
      text.remove_prefix(1);
      continue;
    }
    append_escaped(out, point, text);
    text.remove_prefix(point.length);
  }
  return out;
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    out.append(point.length == 0 ? kReplacementCharacter : text.substr(0, point.length));
    text.remove_prefix(std::max<std::size_t>(1, point.length));
  }
  return out;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = decode_utf8(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string count_of(std::size_t n, std::string_view singular) {
  return fmt::format("{} {}{}", n, singular, n == 1 ? "" : "s");
}

std::string signal_name(int number) {
  for (const SignalEntry& entry : kSignals) {
    if (entry.number == number) return std::string{entry.name};
  }
  return fmt::format("signal {}", number);
}

std::optional<int> signal_number(std::string_view name) {
  int number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size()) {
    return number > 0 && number <= SIGRTMAX ? std::optional{number} : std::nullopt;
  }
  std::string upper{name};
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string_view bare = upper;
  if (bare.starts_with("SIG")) bare.remove_prefix(3);
  for (const SignalEntry& entry : kSignals) {
    if (entry.name == bare) return entry.number;
  }
  return std::nullopt;
}

}  // namespace mainstay
