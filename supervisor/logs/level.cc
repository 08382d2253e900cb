#include "logs/level.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

#include "base/text.h"
#include "logs/colours.h"
#include "logs/level_json.h"
#include "logs/trace.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kLevelWithin = 256;  // bytes, of what is no JSON
constexpr int kPlainWordsBefore = 2;       // of a message, before a level is not believed any more

// Where a word stands for a level.
enum class Use : std::uint8_t {
  Anywhere,  // alone in capitals, in brackets, before a colon
  Colon,     // only before a colon
  First,     // only as "word:" at the beginning of a line
};

struct Word {
  std::string_view text;
  Level level;
  Use use = Use::Anywhere;
};

constexpr std::array kWords = {
    Word{"error", Level::Error},
    Word{"err", Level::Error},
    Word{"fatal", Level::Error},
    Word{"ftl", Level::Error},
    Word{"critical", Level::Error},
    Word{"crit", Level::Error},
    Word{"emerg", Level::Error},
    Word{"emergency", Level::Error},
    Word{"alert", Level::Error},
    Word{"panic", Level::Error},
    Word{"severe", Level::Error},
    Word{"dpanic", Level::Error},
    Word{"fail", Level::Error, Use::First},
    Word{"warn", Level::Warn},
    Word{"warning", Level::Warn},
    Word{"wrn", Level::Warn},
    Word{"deprecated", Level::Warn, Use::Colon},
    Word{"info", Level::Info},
    Word{"inf", Level::Info},
    Word{"information", Level::Info},
    Word{"notice", Level::Info},
    Word{"success", Level::Info},
    Word{"log", Level::Info, Use::Colon},
    Word{"debug", Level::Debug},
    Word{"dbg", Level::Debug},
    Word{"trace", Level::Debug},
    Word{"trc", Level::Debug},
    Word{"verbose", Level::Debug},
    Word{"vrb", Level::Debug},
    Word{"fine", Level::Debug, Use::Colon},
    Word{"finer", Level::Debug, Use::Colon},
    Word{"finest", Level::Debug, Use::Colon},
    Word{"dbug", Level::Debug, Use::First},
    Word{"trce", Level::Debug, Use::First},
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

const Word* find_word(std::string_view text) {
  const auto found = std::find_if(kWords.begin(), kWords.end(),
                                  [text](const Word& word) { return same_word(text, word.text); });
  return found == kWords.end() ? nullptr : &*found;
}

bool is_upper(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<Level> syslog_prefix(std::string_view line) {
  unsigned number = 0;
  const auto parsed = std::from_chars(line.data() + 1, line.data() + line.size(), number);
  if (parsed.ec != std::errc{} || number > 191) return std::nullopt;
  if (parsed.ptr == line.data() + line.size() || *parsed.ptr != '>') return std::nullopt;
  return level_of_syslog(number % 8);
}

// "E0422 10:03:05.123456   123 file.go:42] …".
std::optional<Level> klog_prefix(std::string_view line) {
  if (line.size() < 6 || line[5] != ' ') return std::nullopt;
  if (!std::all_of(line.begin() + 1, line.begin() + 5, is_digit)) return std::nullopt;
  switch (line[0]) {
    case 'E':
    case 'F':
      return Level::Error;
    case 'W':
      return Level::Warn;
    case 'I':
      return Level::Info;
    default:
      return std::nullopt;
  }
}

// level=error, lvl="warn", severity=INFO.
std::optional<Level> logfmt(std::string_view line) {
  for (const std::string_view key : {"level=", "lvl=", "severity=", "loglevel="}) {
    const std::size_t at = line.find(key);
    if (at == std::string_view::npos || (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t'))
      continue;
    std::string_view value = line.substr(at + key.size());
    if (value.starts_with('"')) value.remove_prefix(1);
    const auto end = std::find_if_not(value.begin(), value.end(), is_letter);
    value = value.substr(0, static_cast<std::size_t>(end - value.begin()));
    if (const auto level = parse_level(value)) return level;
  }
  return std::nullopt;
}

// One word of letters and what stands around it.
struct Token {
  std::string_view text;
  std::size_t begin = 0;
  char before = 0;  // 0: the edge of the line
  char after = 0;
};

std::optional<Token> next_token(std::string_view line, std::size_t from) {
  const auto begin = static_cast<std::size_t>(
      std::find_if(line.begin() + static_cast<std::ptrdiff_t>(from), line.end(), is_letter) -
      line.begin());
  if (begin == line.size()) return std::nullopt;
  std::size_t end = begin;
  while (end < line.size() && is_letter(line[end]))
    ++end;
  return Token{line.substr(begin, end - begin), begin, begin == 0 ? '\0' : line[begin - 1],
               end == line.size() ? '\0' : line[end]};
}

bool is_one_of(char c, std::string_view all) {
  return c == 0 || all.find(c) != std::string_view::npos;
}

std::optional<Level> level_of_token(const Token& token) {
  const Word* word = find_word(token.text);
  if (word == nullptr) return std::nullopt;
  const bool begins = is_one_of(token.before, " \t[(|<.:/\"");
  const bool colon = begins && token.after == ':';
  if (word->use == Use::First) {
    return colon && token.begin == 0 ? std::optional{word->level} : std::nullopt;
  }
  const bool bracketed = is_one_of(token.before, "[:<(|") && token.before != 0 &&
                         token.after != 0 && is_one_of(token.after, "])>|:");
  const bool capitals = is_upper(token.text) && begins && is_one_of(token.after, " \t])|:/>-,!");
  if (word->use == Use::Colon) return colon ? std::optional{word->level} : std::nullopt;
  return colon || bracketed || capitals ? std::optional{word->level} : std::nullopt;
}

// "DeprecationWarning: …" of Python and node.
bool is_warning_class(const Token& token) {
  return token.after == ':' && token.text.ends_with("Warning");
}

// A level stands before the message: after a few words that say nothing else, none is looked for.
std::optional<Level> words(std::string_view line) {
  int plain = 0;
  std::size_t at = 0;
  while (const auto token = next_token(line, at)) {
    if (const auto level = level_of_token(*token)) return level;
    if (is_warning_class(*token)) return Level::Warn;
    const bool alone = is_one_of(token->before, " ") && is_one_of(token->after, " ,.");
    const bool is_month_or_zone = token->text.size() <= 4 && !is_letter(token->after) &&
                                  std::isupper(static_cast<unsigned char>(token->text[0])) != 0;
    if (alone && !is_month_or_zone && ++plain > kPlainWordsBefore) return std::nullopt;
    at = token->begin + token->text.size();
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warn:
      return "warn";
    case Level::Error:
      return "error";
  }
  return "";
}

std::optional<Level> parse_level(std::string_view word) {
  const Word* found = find_word(word);
  if (found == nullptr || found->use != Use::Anywhere) return std::nullopt;
  return found->level;
}

std::optional<Level> level_of(std::string_view line) {
  const std::size_t text = line.find_first_not_of(" \t");
  if (text == std::string_view::npos) return std::nullopt;
  if (line[text] == '{') return level_of_json(line);
  line = line.substr(0, kLevelWithin);
  std::string plain;
  if (line.find('\x1b') != std::string_view::npos) line = plain = without_colours(line);
  if (line.empty()) return std::nullopt;
  if (line[0] == '<') {
    if (const auto level = syslog_prefix(line)) return level;
  }
  if (const auto level = klog_prefix(line)) return level;
  if (const auto level = logfmt(line)) return level;
  if (looks_like_exception(line) || looks_like_death(line)) return Level::Error;
  return words(line);
}

}  // namespace mainstay::logs
