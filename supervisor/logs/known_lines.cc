#include "logs/known_lines.h"

#include "base/text.h"

namespace mainstay::logs {

namespace {

// A level of JSON or of syslog ("<3>") is a number, and one colour is not the other.
bool is_about_digits(std::string_view text) {
  const std::size_t begin = length_while(text, is_blank);
  return begin == text.size() || text[begin] == '{' || text[begin] == '<' ||
         text.find('\x1b') != std::string_view::npos;
}

// Every digit is any digit, but for the 0 of "0x".
void mask_digits(std::string_view text, std::string& mask) {
  mask.resize(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hex = text[i] == '0' && i + 1 < text.size() && (text[i + 1] | 0x20) == 'x';
    mask[i] = is_digit(text[i]) && !hex ? '1' : text[i];
  }
}

}  // namespace

std::shared_ptr<KnownLines::Known> KnownLines::find(std::string_view text) {
  if (text.size() > kLongest || is_about_digits(text)) return nullptr;
  mask_digits(text, mask_);
  if (const auto known = known_.find(mask_); known != known_.end()) return known->second;
  if (known_.size() >= kMost) known_.clear();
  auto known = std::make_shared<Known>(Known{interest_of(text), LineKind::of(text), {}});
  known_.emplace(mask_, known);
  return known;
}

}  // namespace mainstay::logs
