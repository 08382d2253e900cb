#include "logs/interest.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/text.h"
#include "logs/colours.h"

namespace mainstay::logs {

namespace {

// A word in lower case, and the three of its letters that are looked for first: those that are
// rarest in other words.
struct Stem {
  std::string_view text;
  std::size_t key = 0;
  bool request = false;
};

constexpr std::array kStems = {
    Stem{"err"},
    Stem{"fatal"},
    Stem{"ftl"},
    Stem{"crit"},
    Stem{"emerg"},
    Stem{"alert", 1},
    Stem{"panic"},
    Stem{"severe"},
    Stem{"fail"},
    Stem{"warn"},
    Stem{"wrn"},
    Stem{"deprecated"},
    Stem{"exception"},
    Stem{"throwable", 4},
    Stem{"interrupt", 4},
    Stem{"systemexit", 5},
    Stem{"iteration", 0},
    Stem{"readtimeout", 3},
    Stem{"traceback", 3},
    Stem{"unhandled", 1},
    Stem{"uncaught", 3},
    Stem{"terminate", 2},
    Stem{"segmentation"},
    Stem{"aborted"},
    Stem{"smashing"},
    Stem{"sigsegv", 2},
    Stem{" http/", 3, true},
    Stem{"status", 2, true},
};

// One bit for each group of stems, by the letters of their keys.
struct Tables {
  std::array<std::array<std::uint8_t, 256>, 3> letters{};

  constexpr Tables() {
    for (std::size_t i = 0; i < kStems.size(); ++i) {
      for (std::size_t at = 0; at < 3; ++at) {
        const auto c = static_cast<unsigned char>(kStems[i].text[kStems[i].key + at]);
        const auto bit = static_cast<std::uint8_t>(1U << i % 8);
        letters[at][c] = static_cast<std::uint8_t>(letters[at][c] | bit);
        if (c < 'a' || c > 'z') continue;
        letters[at][c - 32U] = static_cast<std::uint8_t>(letters[at][c - 32U] | bit);
      }
    }
  }
};
constexpr Tables kTables;

// By two bytes that follow each other, of seven bits each: whether a key may begin with them, or
// end. Every second pair of a text is one of the two pairs of each key in it.
struct Pairs {
  enum : std::uint8_t { kBegins = 1, kEnds = 2 };
  std::array<std::uint8_t, 128 * 128> meaning{};

  static constexpr std::size_t index_of(unsigned char one, unsigned char other) {
    return (one & 0x7fU) | (other & 0x7fU) << 7U;
  }
  constexpr Pairs() {
    for (const Stem& stem : kStems) {
      note(stem.text[stem.key], stem.text[stem.key + 1], kBegins);
      note(stem.text[stem.key + 1], stem.text[stem.key + 2], kEnds);
    }
  }
  constexpr void note(char one, char other, std::uint8_t what) {
    for (const char a : {one, to_upper(one)}) {
      for (const char b : {other, to_upper(other)}) {
        auto& known =
            meaning[index_of(static_cast<unsigned char>(a), static_cast<unsigned char>(b))];
        known = static_cast<std::uint8_t>(known | what);
      }
    }
  }
  static constexpr char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
};
constexpr Pairs kPairs;

// Notes the stems whose keys are at `at`.
void look_closely(std::string_view text, std::size_t at, Interest& found) {
  for (const Stem& stem : kStems) {
    if (at < stem.key || text.size() - (at - stem.key) < stem.text.size()) continue;
    const std::string_view here = text.substr(at - stem.key, stem.text.size());
    const bool same = std::equal(here.begin(), here.end(), stem.text.begin(),
                                 [](char a, char b) { return to_lower(a) == b; });
    if (same) (stem.request ? found.request : found.level) = true;
  }
}

// `bytes` are three at least.
bool may_be_key(const unsigned char* bytes) {
  const auto& [first, second, third] = kTables.letters;
  return (first[bytes[0]] & second[bytes[1]] & third[bytes[2]]) != 0;
}

void scan(std::string_view text, Interest& found) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (std::size_t i = 0; i + 2 <= text.size(); i += 2) {
    const std::uint8_t pair = kPairs.meaning[Pairs::index_of(bytes[i], bytes[i + 1])];
    if (pair == 0) continue;
    const std::size_t first = (pair & Pairs::kEnds) != 0 && i > 0 ? i - 1 : i;
    const std::size_t end = (pair & Pairs::kBegins) != 0 ? i + 1 : i;
    for (std::size_t at = first; at < end && at + 3 <= text.size(); ++at) {
      if (may_be_key(bytes + at)) look_closely(text, at, found);
    }
    if (found.level && found.request) return;
  }
}

// "<3>", "E0422 …", "/app/index.js:3", "node:internal/…": levels without a word.
bool may_begin_with_level(std::string_view line) {
  if (line.size() < 2) return false;
  switch (line[0]) {
    case '<':
    case '/':
      return true;
    case 'n':
      return line.starts_with("node:");
    case 'f':
      return line.starts_with("file:");
    case 'E':
    case 'F':
    case 'W':
      return is_digit(line[1]);
    default:
      return false;
  }
}

// "GET /x 200 …" of morgan.
bool may_begin_with_method(std::string_view line) {
  const std::size_t end = line.substr(0, kLongestMethod + 2).find(" /");
  return end >= 3 && end <= kLongestMethod && line[0] >= 'A' && line[0] <= 'Z';
}

void look_at(std::string_view line, std::string_view trimmed, Interest& found) {
  found.level = found.level || may_begin_with_level(trimmed);
  found.request = found.request || may_begin_with_method(line);
  if (!found.level || !found.request) scan(line, found);
}

}  // namespace

Interest interest_of(std::string_view line) {
  Interest found;
  const std::size_t text = line.find_first_not_of(" \t");
  if (text == std::string_view::npos) return found;
  if (line[text] == '{') {
    found.level = true;  // levels of JSON may be numbers, which no scan for words finds
    scan(line, found);
    return found;
  }
  const std::string_view beginning = line.substr(0, kInterestingBytes);
  look_at(beginning, line.substr(text, kInterestingBytes), found);
  if (beginning.find('\x1b') == std::string_view::npos) return found;
  const std::string plain = without_colours(beginning);
  look_at(plain, plain, found);
  return found;
}

}  // namespace mainstay::logs
