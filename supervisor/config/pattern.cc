#include "config/pattern.h"

#include <fmt/format.h>

#include <charconv>

#include "config/limits.h"

namespace mainstay::config {

namespace {

constexpr int kMaxGroups = 32;
constexpr unsigned kMaxRepeat = 1000;

class Checker {
 public:
  explicit Checker(std::string_view pattern) : pattern_(pattern) {}

  std::string run() {
    while (at_ < pattern_.size() && problem_.empty())
      step();
    if (problem_.empty() && groups_ > 0) problem_ = "a ( is never closed";
    return problem_;
  }

 private:
  void step() {
    const char c = pattern_[at_];
    if (c == '(') {
      open_group();
    } else if (c == ')') {
      close_group();
    } else if (c == '[') {
      take_class();
    } else if (c == '\\') {
      take_escape(true);
    } else if (c == '*' || c == '+' || c == '?' || c == '{') {
      take_repeat(c);
    } else {
      ++at_;
      repeatable_ = c != '|' && c != '^' && c != '$';
    }
  }

  void open_group() {
    ++at_;
    if (rest().starts_with("?:")) {
      at_ += 2;
    } else if (rest().starts_with("?")) {
      problem_ =
          "look-around and other (?…) groups are not supported: matching must take linear time";
    }
    if (++groups_ > kMaxGroups) problem_ = "groups are nested too deeply";
    repeatable_ = false;
  }

  void close_group() {
    ++at_;
    if (groups_-- == 0) problem_ = "a ) closes nothing; write \\) for the character";
    repeatable_ = true;
  }

  void take_class() {
    at_ += rest().starts_with("[^") ? 2 : 1;
    bool first = true;  // a ] in the first place is itself
    for (; at_ < pattern_.size() && problem_.empty(); first = false) {
      if (pattern_[at_] == ']' && !first) {
        ++at_;
        repeatable_ = true;
        return;
      }
      if (pattern_[at_] == '\\') {
        take_escape(false);
      } else {
        check_range();
        ++at_;
      }
    }
    if (problem_.empty()) problem_ = "a [ is never closed";
  }

  void check_range() {
    if (at_ + 2 >= pattern_.size() || pattern_[at_ + 1] != '-') return;
    const char last = pattern_[at_ + 2];
    if (last == ']' || last == '\\') return;
    if (static_cast<unsigned char>(last) < static_cast<unsigned char>(pattern_[at_])) {
      problem_ = fmt::format("the range {}-{} is upside down", pattern_[at_], last);
    }
  }

  void take_escape(bool outside_class) {
    if (at_ + 1 == pattern_.size()) {
      problem_ = "nothing follows the last backslash";
      return;
    }
    const char c = pattern_[at_ + 1];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const std::string_view known = outside_class ? "dDwWsSbBntrfv" : "dDwWsSntrfv";
    if (c >= '0' && c <= '9') {
      problem_ = "back-references are not supported: matching must take linear time";
    } else if (letter && known.find(c) == std::string_view::npos) {
      problem_ = fmt::format("\\{} is not known", c);
    }
    at_ += 2;
    repeatable_ = c != 'b' && c != 'B';
  }

  void take_repeat(char c) {
    if (!repeatable_) {
      problem_ = fmt::format("{0} repeats nothing; write \\{0} for the character", c);
      return;
    }
    if (c == '{') {
      take_counts();
    } else {
      ++at_;
    }
    if (rest().starts_with("?")) ++at_;
    repeatable_ = false;
  }

  void take_counts() {
    ++at_;
    const unsigned least = take_number();
    unsigned most = least;
    if (rest().starts_with(",")) {
      ++at_;
      most = rest().starts_with("}") ? least : take_number();
    }
    if (!rest().starts_with("}"))
      problem_ = "{ must be {n}, {n,} or {n,m}; write \\{ for the character";
    if (problem_.empty() && (most < least || most > kMaxRepeat)) {
      problem_ = fmt::format("repeats must rise and be at most {}", kMaxRepeat);
    }
    ++at_;
  }

  unsigned take_number() {
    unsigned number = 0;
    const auto [end, failed] =
        std::from_chars(rest().data(), rest().data() + rest().size(), number);
    if (failed != std::errc{})
      problem_ = "{ must be {n}, {n,} or {n,m}; write \\{ for the character";
    at_ += static_cast<std::size_t>(end - rest().data());
    return number;
  }

  std::string_view rest() const { return pattern_.substr(std::min(at_, pattern_.size())); }

  std::string_view pattern_;
  std::size_t at_ = 0;
  int groups_ = 0;
  bool repeatable_ = false;
  std::string problem_;
};

}  // namespace

std::string problem_of_pattern(std::string_view pattern) {
  if (pattern.empty()) return "is empty, must be a regular expression";
  if (pattern.size() > kMaxPatternBytes) {
    return fmt::format("is longer than {} bytes", kMaxPatternBytes);
  }
  const std::string problem = Checker{pattern}.run();
  return problem.empty() ? "" : "is not a regular expression that can be used: " + problem;
}

}  // namespace mainstay::config
