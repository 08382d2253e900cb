#include "unit/ctl/golden.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mainstay::ctl {

namespace {

bool is_updating() {
  return std::getenv("MAINSTAY_UPDATE_GOLDEN") != nullptr;
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void check_golden(std::string_view name, const std::string& text) {
  const std::string path = fmt::format("{}/{}.txt", MAINSTAY_GOLDEN_DIR, name);
  if (is_updating()) std::ofstream{path, std::ios::binary} << text;
  INFO("golden file ", path);
  CHECK(read_file(path) == text);
}

void check_examples(const std::string& document) {
  constexpr std::string_view kMark = "<!-- golden: ";
  constexpr std::string_view kFence = "```\n";
  std::string text = read_file(document);
  std::size_t examples = 0;
  for (std::size_t at = 0; (at = text.find(kMark, at)) != std::string::npos; ++examples) {
    const std::size_t name = at + kMark.size();
    const std::string golden = text.substr(name, text.find(" -->", name) - name);
    // After the opening fence and the command line.
    const std::size_t begin = text.find('\n', text.find("\n$ ", name) + 1) + 1;
    const std::size_t end = text.find(kFence, begin);
    const std::string expected = read_file(fmt::format("{}/{}.txt", MAINSTAY_GOLDEN_DIR, golden));
    if (is_updating()) {
      text.replace(begin, end - begin, expected);
    } else {
      INFO("example ", golden, " in ", document);
      CHECK(text.substr(begin, end - begin) == expected);
    }
    at = begin;
  }
  CHECK(examples > 0);
  if (is_updating()) std::ofstream{document, std::ios::binary} << text;
}

}  // namespace mainstay::ctl
