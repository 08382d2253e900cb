#include "config/command_words.h"

#include <fmt/format.h>

#include "config/interpolation.h"

namespace mainstay::config {

namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  CommandWords run() {
    while (at_ < text_.size() && out_.problem.empty())
      step();
    if (out_.problem.empty() && quote_ != 0)
      stop(quote_at_, fmt::format("this {} is never closed", quote_));
    end_word();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (text_.compare(at_, 2, "${") == 0) {
      take_reference();
    } else if (text_.compare(at_, 2, "$$") == 0) {
      add("$$");
      at_ += 2;
    } else if (quote_ == '\'') {
      in_single_quotes(c);
    } else if (quote_ == '"') {
      in_double_quotes(c);
    } else {
      outside(c);
    }
  }

  void take_reference() {
    const std::size_t end = end_of_reference(text_, at_);
    if (end == std::string_view::npos)
      return stop(at_, "'${' is never closed; write $${ for a dollar sign and a brace");
    add(text_.substr(at_, end - at_));
    at_ = end;
  }

  void in_single_quotes(char c) {
    if (c == '\'') {
      quote_ = 0;
    } else {
      add({&c, 1});
    }
    ++at_;
  }

  void in_double_quotes(char c) {
    if (c == '"') {
      quote_ = 0;
      ++at_;
    } else if (c == '\\' && at_ + 1 < text_.size() &&
               std::string_view{"\\\"$`"}.find(text_[at_ + 1]) != std::string_view::npos) {
      take_escaped();
    } else {
      add({&c, 1});
      ++at_;
    }
  }

  void outside(char c) {
    if (c == ' ' || c == '\t') {
      end_word();
      ++at_;
    } else if (c == '\'' || c == '"') {
      quote_ = c;
      quote_at_ = at_++;
      in_word_ = true;
    } else if (c == '\\') {
      if (at_ + 1 == text_.size()) return stop(at_, "nothing follows this backslash");
      take_escaped();
    } else if (needs_shell(c)) {
      refuse_shell(c);
    } else {
      add({&c, 1});
      ++at_;
    }
  }

  bool needs_shell(char c) const {
    return std::string_view{"|><&;`\n\r"}.find(c) != std::string_view::npos ||
           text_.compare(at_, 2, "$(") == 0;
  }

  void refuse_shell(char c) {
    const std::string shown = c == '\n' || c == '\r' ? "a line break"
                              : c == '$'             ? "'$('"
                                                     : fmt::format("'{}'", c);
    stop(at_,
         fmt::format("{} means something to a shell only; add `shell: true`, or quote it", shown));
  }

  // A backslash and what it protects. A dollar must stay one through interpolation.
  void take_escaped() {
    const char c = text_[at_ + 1];
    add(c == '$' ? std::string_view{"$$"} : std::string_view{&c, 1});
    at_ += 2;
  }

  void add(std::string_view piece) {
    word_ += piece;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) out_.words.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  void stop(std::size_t offset, std::string problem) {
    out_.offset = offset;
    out_.problem = std::move(problem);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t quote_at_ = 0;
  char quote_ = 0;
  bool in_word_ = false;  // "" is a word too
  std::string word_;
  CommandWords out_;
};

}  // namespace

CommandWords split_command(std::string_view text) {
  return Splitter{text}.run();
}

}  // namespace mainstay::config
