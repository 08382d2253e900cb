#include "base/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/pattern_class.h"
#include "base/utf8.h"

namespace mainstay {

namespace {

using Kind = PatternNode::Kind;

constexpr int kMaxGroups = 32;
constexpr unsigned kMaxRepeat = 1000;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Parser {
 public:
  Parser(std::string_view pattern, bool ignore_case)
      : pattern_(pattern), ignore_case_(ignore_case) {}

  std::variant<PatternNode, PatternProblem> run() {
    PatternNode all = choice();
    if (!problem_ && !rest().empty()) fail("a ) closes nothing; write \\) for the character", at_);
    if (problem_) return *problem_;
    return all;
  }

 private:
  PatternNode choice() {
    PatternNode node{.kind = Kind::Choice};
    node.parts.push_back(sequence());
    while (!problem_ && rest().starts_with('|')) {
      ++at_;
      node.parts.push_back(sequence());
    }
    return node.parts.size() == 1 ? std::move(node.parts.front()) : node;
  }

  PatternNode sequence() {
    PatternNode node;
    bool repeatable = false;
    while (!problem_ && !rest().empty() && rest()[0] != '|' && rest()[0] != ')') {
      const char c = rest()[0];
      if (c == '*' || c == '+' || c == '?' || c == '{') {
        take_repeat(c, repeatable, node);
        repeatable = false;
      } else {
        node.parts.push_back(atom());
        const Kind kind = node.parts.back().kind;
        repeatable =
            kind != Kind::Begin && kind != Kind::End && kind != Kind::Word && kind != Kind::NoWord;
      }
    }
    return node;
  }

  PatternNode atom() {
    switch (pattern_[at_]) {
      case '(':
        return group();
      case '[':
        return bracket_class();
      case '\\':
        return escape();
      case '^':
        ++at_;
        return {.kind = Kind::Begin};
      case '$':
        ++at_;
        return {.kind = Kind::End};
      case '.':
        ++at_;
        return any_character();
      default:
        return character();
    }
  }

  PatternNode group() {
    const std::size_t begin = at_++;
    if (rest().starts_with("?:")) {
      at_ += 2;
    } else if (rest().starts_with("?")) {
      return fail(
          "look-around and other (?…) groups are not supported: matching must take linear time",
          begin);
    }
    if (++groups_ > kMaxGroups) return fail("groups are nested too deeply", begin);
    PatternNode inner = choice();
    --groups_;
    if (problem_) return inner;
    if (!rest().starts_with(')')) return fail("a ( is never closed", begin);
    ++at_;
    // A sequence of its own, so that ^ and the like in a group may be repeated with it.
    PatternNode node;
    node.parts.push_back(std::move(inner));
    return node;
  }

  PatternNode character() {
    CharacterSet set;
    const std::uint32_t c = take_character();
    set.add(c, c);
    if (ignore_case_) set.fold_case();
    return set.node(false);
  }

  static PatternNode any_character() {
    ByteSet ascii;
    for (std::size_t byte = 0; byte < 0x80; ++byte)
      ascii.set(byte, byte != '\n');
    return loose_character(ascii);
  }

  PatternNode escape() {
    const std::size_t begin = at_;
    if (at_ + 1 == pattern_.size()) return fail("nothing follows the last backslash", begin);
    const char c = pattern_[at_ + 1];
    if (c == 'b' || c == 'B') {
      at_ += 2;
      return {.kind = c == 'b' ? Kind::Word : Kind::NoWord};
    }
    CharacterSet set;
    take_escape(set);
    if (ignore_case_) set.fold_case();
    return set.node(c == 'D' || c == 'W' || c == 'S');
  }

  // A backslash and what follows it, which exists; its character when it stands for one.
  std::optional<std::uint32_t> take_escape(CharacterSet& set) {
    const std::size_t begin = at_++;
    const char c = pattern_[at_];
    if (c >= '0' && c <= '9') {
      fail("back-references are not supported: matching must take linear time", begin);
      return std::nullopt;
    }
    if (!is_letter(c)) {
      const std::uint32_t own = take_character();
      set.add(own, own);
      return own;
    }
    ++at_;
    constexpr std::string_view kNames = "ntrfv";
    constexpr std::string_view kEscaped = "\n\t\r\f\v";
    if (const auto found = kNames.find(c); found != std::string_view::npos) {
      const auto value = static_cast<std::uint32_t>(kEscaped[found]);
      set.add(value, value);
      return value;
    }
    if (!set.add_named(c)) fail(fmt::format("\\{} is not known", c), begin);
    return std::nullopt;
  }

  PatternNode bracket_class() {
    const std::size_t begin = at_;
    const bool negated = rest().starts_with("[^");
    at_ += negated ? 2 : 1;
    CharacterSet set;
    bool wide = false;  // has characters beyond ASCII
    bool first = true;  // a ] in the first place is itself
    for (; !problem_ && !rest().empty() && (first || rest()[0] != ']'); first = false)
      take_member(set, wide);
    if (problem_) return {};
    if (rest().empty()) return fail("a [ is never closed", begin);
    ++at_;
    if (ignore_case_) set.fold_case();
    if (!negated) return set.node(false);
    CharacterSet others;
    others.add_all_but(set);
    return others.node(!wide);
  }

  // A character, an escape, or a range of them.
  void take_member(CharacterSet& set, bool& wide) {
    const std::size_t begin = at_;
    const auto first = take_bound(set);
    if (problem_ || !first) return;
    wide = wide || *first > 0x7f;
    const std::string_view next = rest();
    if (next.size() < 2 || next[0] != '-' || next[1] == ']' || next[1] == '\\') return;
    ++at_;
    const auto last = take_bound(set);
    if (problem_ || !last) return;
    wide = wide || *last > 0x7f;
    if (*last < *first) {
      fail(fmt::format("the range {} is upside down", pattern_.substr(begin, at_ - begin)), begin);
      return;
    }
    set.add(*first, *last);
  }

  std::optional<std::uint32_t> take_bound(CharacterSet& set) {
    if (rest()[0] == '\\') {
      if (rest().size() == 1) {
        fail("nothing follows the last backslash", at_);
        return std::nullopt;
      }
      return take_escape(set);
    }
    const std::uint32_t c = take_character();
    set.add(c, c);
    return c;
  }

  void take_repeat(char c, bool repeatable, PatternNode& node) {
    if (!repeatable) {
      fail(fmt::format("{0} repeats nothing; write \\{0} for the character", c), at_);
      return;
    }
    PatternNode repeat{.kind = Kind::Repeat, .least = c == '+' ? 1U : 0U};
    if (c == '?') repeat.most = 1;
    if (c == '{') {
      take_counts(repeat);
    } else {
      ++at_;
    }
    if (rest().starts_with('?')) ++at_;  // lazy: finds the same lines
    repeat.parts.push_back(std::move(node.parts.back()));
    node.parts.back() = std::move(repeat);
  }

  void take_counts(PatternNode& repeat) {
    const std::size_t begin = at_++;
    const auto least = take_number();
    auto most = least;
    if (rest().starts_with(',')) {
      ++at_;
      most = rest().starts_with('}') ? std::optional{PatternNode::kNoLimit} : take_number();
    }
    if (!least || !most || !rest().starts_with('}')) {
      fail("{ must be {n}, {n,} or {n,m}; write \\{ for the character", begin);
      return;
    }
    const bool bounded = *most != PatternNode::kNoLimit;
    if (*least > kMaxRepeat || (bounded && (*most < *least || *most > kMaxRepeat))) {
      fail(fmt::format("repeats must rise and be at most {}", kMaxRepeat), begin);
    }
    repeat.least = *least;
    repeat.most = *most;
    ++at_;
  }

  std::optional<unsigned> take_number() {
    unsigned number = 0;
    const auto [end, failed] =
        std::from_chars(rest().data(), rest().data() + rest().size(), number);
    at_ += static_cast<std::size_t>(end - rest().data());
    return failed == std::errc{} ? std::optional{number} : std::nullopt;
  }

  // A byte that is no valid UTF-8 is taken for the character of its number.
  std::uint32_t take_character() {
    const CodePoint point = decode_utf8(rest());
    if (point.length == 0) return static_cast<unsigned char>(pattern_[at_++]);
    at_ += point.length;
    return point.value;
  }

  std::string_view rest() const { return pattern_.substr(std::min(at_, pattern_.size())); }

  PatternNode fail(std::string what, std::size_t at) {
    if (!problem_) problem_ = PatternProblem{std::move(what), at};
    return {};
  }

  std::string_view pattern_;
  bool ignore_case_;
  std::size_t at_ = 0;
  int groups_ = 0;
  std::optional<PatternProblem> problem_;
};

}  // namespace

std::variant<PatternNode, PatternProblem> parse_pattern(std::string_view pattern,
                                                        bool ignore_case) {
  return Parser{pattern, ignore_case}.run();
}

}  // namespace mainstay
