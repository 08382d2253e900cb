#include "logs/fold.h"

#include <algorithm>

#include "base/text.h"
#include "logs/colours.h"
#include "logs/fold_word.h"

namespace mainstay::logs {

namespace {

constexpr std::string_view kTime = "<time>";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
constexpr std::size_t kLongestQuote = 512;
constexpr std::size_t kLongestSegment = 48;  // of a path; longer ones are no name
constexpr std::size_t kMostSegments = 12;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_alphanumeric(char c) {
  return is_word_part(c) && std::string_view{"_-.:/\\@%+~"}.find(c) == std::string_view::npos;
}

// Cuts at a character of UTF-8.
void shorten(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  std::size_t end = most - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  text.resize(end);
  text += kEllipsis;
}

class Folding {
 public:
  explicit Folding(std::string_view text) : text_(text) { out_.reserve(kFoldedTo); }

  std::string run() {
    while (!text_.empty() && out_.size() <= kFoldedTo)
      step();
    strip_leading_times();
    while (!out_.empty() && is_space(out_.back()))
      out_.pop_back();
    shorten(out_, kFoldedTo);
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[0];
    if (is_word_part(c)) return word();
    if (is_space(c)) return space();
    if (c == '"' || c == '\'' || c == '`') {
      if (quoted(c)) return;
    }
    if (const std::size_t colour = colour_length(text_)) {
      text_.remove_prefix(colour);
      return;
    }
    out_.push_back(c);
    text_.remove_prefix(1);
  }

  void space() {
    if (!out_.empty() && out_.back() != ' ') out_.push_back(' ');
    text_.remove_prefix(1);
  }

  void word() {
    const auto end = static_cast<std::size_t>(
        std::find_if_not(text_.begin(), text_.end(), is_word_part) - text_.begin());
    append_folded_word(out_, text_.substr(0, end));
    text_.remove_prefix(end);
    if (out_.ends_with(kTime)) after_time();
    if (out_.ends_with("<n>")) after_number();
  }

  // "10:00:00,123"
  void after_time() {
    if (!text_.starts_with(',')) return;
    std::size_t end = 1;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9')
      ++end;
    if (end > 1) text_.remove_prefix(end);
  }

  // "1,234,567"
  void after_number() {
    while (text_.size() > 3 && text_[0] == ',' && text_[1] >= '0' && text_[1] <= '9')
      after_comma();
  }
  void after_comma() {
    std::size_t end = 1;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9')
      ++end;
    text_.remove_prefix(end);
  }

  // An apostrophe inside a word is no quote, and neither is one that nothing closes.
  bool quoted(char quote) {
    const bool inside_word = quote == '\'' && !out_.empty() && is_alphanumeric(out_.back());
    if (inside_word) return false;
    std::size_t end = 1;
    const std::size_t limit = std::min(text_.size(), kLongestQuote);
    for (; end < limit; ++end) {
      if (text_[end] == '\\')
        ++end;
      else if (closes(quote, end))
        break;
    }
    if (end >= limit) return false;
    if (end == 1) {
      out_.append(2, quote);  // nothing between them stays nothing
    } else {
      out_ += quote;
      out_ += kEllipsis;
      out_ += quote;
    }
    text_.remove_prefix(end + 1);
    return true;
  }

  bool closes(char quote, std::size_t at) const {
    if (text_[at] != quote && !(quote == '`' && text_[at] == '\'')) return false;
    return quote != '\'' || at + 1 == text_.size() || !is_alphanumeric(text_[at + 1]);
  }

  void strip_leading_times() {
    std::size_t from = 0;
    for (;;) {
      const std::string_view rest = std::string_view{out_}.substr(from);
      if (rest.starts_with(kTime)) {
        from += kTime.size();
      } else if (rest.starts_with("[<time>")) {
        const std::size_t close = rest.find(']');
        if (close == std::string_view::npos || close > kTime.size() + 12) break;
        from += close + 1;
      } else if (from > 0 && !rest.empty() && (rest[0] == ' ' || rest[0] == '|')) {
        ++from;
      } else {
        break;
      }
    }
    if (from < out_.size()) out_.erase(0, from);
  }

  std::string_view text_;
  std::string out_;
};

// "v1" of an API is a name.
bool is_version(std::string_view segment) {
  return segment.size() <= 4 && segment.starts_with('v');
}

constexpr auto is_end_of_path = [](char c) { return c == '?' || c == '#' || c == ';'; };

void append_segment(std::string& out, std::string_view segment) {
  if (segment.size() > kLongestSegment) {
    out += is_uuid(segment) ? "<uuid>" : "<id>";
  } else if (!has_digit(segment) || is_version(segment)) {
    out += segment;
  } else {
    append_folded_word(out, segment);
  }
}

}  // namespace

std::string fold_message(std::string_view text) {
  return Folding{text.substr(0, kFoldedFrom)}.run();
}

void append_folded_path(std::string& out, std::string_view target) {
  target = target.substr(0, std::min(length_until(target, is_end_of_path), kFoldedFrom));
  if (const std::size_t scheme = target.find("://"); scheme < 10) {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  const std::size_t before = out.size();
  for (std::size_t segments = 0; !target.empty(); ++segments) {
    const std::size_t end = std::min(target.find('/'), target.size());
    append_segment(out, target.substr(0, end));
    if (end == target.size()) break;
    out.push_back('/');
    target.remove_prefix(end + 1);
    if (segments < kMostSegments) continue;
    out += kEllipsis;
    break;
  }
  shorten(out, before + kFoldedTo);
}

}  // namespace mainstay::logs
