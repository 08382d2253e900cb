#include "gateway/api/json_text.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace mainstay::gateway {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Reads forward over one text.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_]))
      ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // The next value as it is written.
  std::string_view value() {
    skip_space();
    const std::size_t begin = at_;
    if (at_ >= text_.size()) return {};
    if (text_[at_] == '"') {
      skip_string();
    } else if (text_[at_] == '{' || text_[at_] == '[') {
      skip_nested();
    } else {
      const std::size_t end = text_.find_first_of(",}] \t\r\n", at_);
      at_ = end == std::string_view::npos ? text_.size() : end;
    }
    return text_.substr(begin, at_ - begin);
  }

 private:
  // From quote to quote: it ends at the first with an even number of backslashes before it.
  void skip_string() {
    ++at_;
    for (std::size_t quote = 0; (quote = text_.find('"', at_)) != std::string_view::npos;) {
      std::size_t run = quote;
      while (run > at_ && text_[run - 1] == '\\')
        --run;
      at_ = quote + 1;
      if ((quote - run) % 2 == 0) return;
    }
    at_ = text_.size();
  }
  void skip_nested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c != '"' && c != '{' && c != '}' && c != '[' && c != ']') {
        ++at_;
        continue;
      }
      if (c == '"') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') {
        ++depth;
      } else if (--depth == 0) {
        return;
      }
    }
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// `see` says whether to go on.
void walk_members(std::string_view object, const auto& see) {
  Scan scan{object};
  if (!scan.take('{')) return;
  do {
    const std::string_view name = scan.value();
    if (name.size() < 2 || name.front() != '"' || !scan.take(':')) return;
    const std::string_view value = scan.value();
    if (value.empty() || !see(name.substr(1, name.size() - 2), value)) return;
  } while (scan.take(','));
}

}  // namespace

std::string_view json_member(std::string_view object, std::string_view name) {
  std::string_view found;
  walk_members(object, [&](std::string_view each, std::string_view value) {
    if (each == name) found = value;
    return found.empty();
  });
  return found;
}

void for_each_member(
    std::string_view object,
    const std::function<void(std::string_view name, std::string_view value)>& see) {
  walk_members(object, [&see](std::string_view name, std::string_view value) {
    see(name, value);
    return true;
  });
}

void for_each_element(std::string_view array, const std::function<void(std::string_view)>& see) {
  Scan scan{array};
  if (!scan.take('[')) return;
  do {
    const std::string_view value = scan.value();
    if (value.empty()) return;
    see(value);
  } while (scan.take(','));
}

std::optional<std::string_view> plain_string(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  const std::string_view text = value.substr(1, value.size() - 2);
  if (text.find('\\') != std::string_view::npos) return std::nullopt;
  return text;
}

std::optional<std::uint64_t> whole_number(std::string_view value) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return number;
}

}  // namespace mainstay::gateway
