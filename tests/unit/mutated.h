// Texts with small damage, for tests that run a fuzz entry on every change.
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace mainstay::test {

// One to four changes: a byte is replaced, some are removed or repeated, one of `words` is put in,
// or the end is cut off.
inline std::string mutated(std::string text, std::span<const std::string_view> words,
                           std::mt19937& random) {
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, words[below(words.size())]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
      case 4:
        text.resize(at);
        break;
    }
  }
  return text;
}

}  // namespace mainstay::test
