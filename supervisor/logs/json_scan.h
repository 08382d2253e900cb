// JSON in log lines, which is hostile and may be cut off: looked at in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mainstay::logs {

// Walks over the text of an object, without building anything. The text may be anything, and end
// anywhere.
class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_space();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // What stands between the quotes, escapes as they are; nothing: no string, or it does not end.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\\')
        ++i;
      else if (text_[i] == '"') {
        const std::string_view inside = text_.substr(0, i);
        text_.remove_prefix(i + 1);
        return inside;
      }
    }
    return std::nullopt;
  }

  // A number, true, null.
  std::string_view bare() {
    skip_space();
    const std::size_t end = std::min(text_.find_first_of(",}] \t"), text_.size());
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end);
    return word;
  }

  bool skip_value() {
    skip_space();
    if (text_.empty()) return false;
    if (text_[0] == '"') return string().has_value();
    if (text_[0] != '{' && text_[0] != '[') return !bare().empty();
    int depth = 0;
    do {
      if (text_.empty()) return false;
      const char c = text_[0];
      if (c == '"') {
        if (!string()) return false;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      text_.remove_prefix(1);
    } while (depth > 0);
    return true;
  }

  bool at_object() { return at('{'); }
  bool at_string() { return at('"'); }
  bool at_list() { return at('['); }

 private:
  bool at(char c) {
    skip_space();
    return !text_.empty() && text_[0] == c;
  }
  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t"), text_.size())); }

  std::string_view text_;
};

// Calls `visit(key, value, is_string)` for the members of the object that begins here and of those
// inside it, `depth` levels down; lists are left out. Ends where the text makes no sense any more.
template <typename Visit>
bool for_each_member(JsonScan& scan, int depth, const Visit& visit) {
  if (!scan.take('{')) return false;
  if (scan.take('}')) return true;
  do {
    const auto key = scan.string();
    if (!key || !scan.take(':')) return false;
    if (scan.at_string()) {
      const auto value = scan.string();
      if (!value) return false;
      visit(*key, *value, true);
    } else if (depth > 0 && scan.at_object()) {
      if (!for_each_member(scan, depth - 1, visit)) return false;
    } else if (scan.at_list() || scan.at_object()) {
      if (!scan.skip_value()) return false;
    } else {
      visit(*key, scan.bare(), false);
    }
  } while (scan.take(','));
  return scan.take('}');
}

}  // namespace mainstay::logs
