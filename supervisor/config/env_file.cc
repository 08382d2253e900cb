#include "config/env_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/interpolation.h"
#include "config/text_check.h"

namespace mainstay::config {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  EnvFile run() {
    while (at_ < text_.size()) {
      line();
      skip_rest_of_line();
    }
    return std::move(out_);
  }

 private:
  bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n'; }
  void skip_blanks() {
    while (at_ < text_.size() && is_space(text_[at_]))
      ++at_;
  }

  void skip_rest_of_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ < text_.size()) ++at_;
  }

  void line() {
    skip_blanks();
    if (at_line_end() || text_[at_] == '#') return;
    if (text_.substr(at_).starts_with("export ")) at_ += 7;
    skip_blanks();
    const std::size_t start = at_;
    while (!at_line_end() && text_[at_] != '=' && !is_space(text_[at_]))
      ++at_;
    const std::string name{text_.substr(start, at_ - start)};
    skip_blanks();
    if (at_line_end() || text_[at_] != '=') return problem(start, "is not KEY=VALUE");
    ++at_;
    if (!is_variable_name(name)) {
      return problem(
          start, "the name before = may hold letters, digits and _ only, and starts with no digit");
    }
    skip_blanks();
    value(name);
  }

  void value(const std::string& name) {
    const bool quoted = !at_line_end() && (text_[at_] == '"' || text_[at_] == '\'');
    if (quoted) return quoted_value(name);
    const std::size_t start = at_;
    while (!at_line_end() && !(text_[at_] == '#' && at_ > start && is_space(text_[at_ - 1])))
      ++at_;
    std::string_view found = text_.substr(start, at_ - start);
    if (found.starts_with('#')) found = {};
    while (!found.empty() && is_space(found.back()))
      found.remove_suffix(1);
    out_.values.emplace_back(name, found);
  }

  void quoted_value(const std::string& name) {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    std::string found;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) {
        found += unescaped(text_[at_ + 1]);
        at_ += 2;
      } else {
        found += text_[at_++];
      }
    }
    if (at_ >= text_.size()) return problem(start, "this quote is never closed");
    ++at_;
    skip_blanks();
    if (!at_line_end() && text_[at_] != '#')
      return problem(at_, "nothing but a comment may follow the closing quote");
    out_.values.emplace_back(name, std::move(found));
  }

  static std::string unescaped(char c) {
    constexpr std::string_view kNames = "nrt\\\"$";
    constexpr std::string_view kMeanings = "\n\r\t\\\"$";
    const std::size_t i = kNames.find(c);
    return i == std::string_view::npos ? std::string{'\\', c} : std::string{kMeanings[i]};
  }

  void problem(std::size_t offset, std::string what) {
    const std::string_view before = text_.substr(0, offset);
    const std::size_t newline = before.rfind('\n');
    const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t column = newline == std::string_view::npos ? offset : offset - newline - 1;
    out_.problems.push_back({line, static_cast<std::uint32_t>(column), std::move(what)});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  EnvFile out_;
};

}  // namespace

EnvFile parse_env_file(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (std::optional<BadText> bad = find_bad_text(bytes)) {
    EnvFile refused;
    refused.problems.push_back({bad->at.line, bad->at.column, std::move(bad->what)});
    return refused;
  }
  return Parser{bytes}.run();
}

}  // namespace mainstay::config
