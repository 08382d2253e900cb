// The corpus of files, damaged in many small ways: nothing crashes, and what the fuzz entry demands
// holds.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>

#include "unit/config/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mainstay::config::test {

namespace {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string damage(std::string text) {
    for (std::size_t i = 1 + below(4); i > 0; --i)
      change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  void change(std::string& text) {
    static const std::vector<std::string> kPieces = {"[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     ": ",
                                                     "\n",
                                                     "  ",
                                                     "\"",
                                                     "'",
                                                     "${",
                                                     "}",
                                                     "$$",
                                                     "&a ",
                                                     "*a",
                                                     "- ",
                                                     "|",
                                                     ">",
                                                     "!!str ",
                                                     "#",
                                                     "null",
                                                     "\t",
                                                     "\xff",
                                                     std::string(1, '\0'),
                                                     "999999999999",
                                                     "-1",
                                                     "${HOME}",
                                                     "? ",
                                                     "<<: ",
                                                     "---\n",
                                                     "é",
                                                     "\r\n",
                                                     "include: .env\n",
                                                     "\x04"};
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text.erase(at, 1 + below(20));
        break;
      case 1:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
      case 3:
        if (!text.empty()) text[at] = static_cast<char>(random_());
        break;
      default:
        text.resize(at);
        break;
    }
  }

  std::mt19937 random_;
};

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

TEST_CASE("damaged files are refused or loaded, and never more than that") {
  std::vector<std::string> corpus;
  for (const auto& file : golden_files())
    corpus.push_back(read_file(file));
  for (const auto& file : example_files())
    corpus.push_back(read_file(file));
  for (const std::string& text : corpus)
    run(text);
  constexpr std::uint32_t kRounds = 200;
  for (std::uint32_t seed = 0; seed < kRounds; ++seed) {
    CAPTURE(seed);
    run(Mutator{seed}.damage(corpus[seed % corpus.size()]));
  }
  CHECK(corpus.size() > 30);
}

TEST_CASE("every beginning of a file is refused or loaded") {
  const std::string text = read_file(source_tree() / "tests/golden/config/duplicates.yaml");
  for (std::size_t length = 0; length < text.size(); ++length)
    run(text.substr(0, length));
  CHECK(text.size() > 100);
}

}  // namespace mainstay::config::test
