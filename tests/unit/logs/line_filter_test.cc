#include "logs/line_filter.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

Line line(std::string text, const char* instance = "a") {
  return {{}, instance, instance, Stream::Out, std::move(text)};
}

LineFilter filter(const char* grep, std::optional<Level> level = {}) {
  std::optional<Regex> regex;
  if (grep != nullptr) regex = *Regex::compile(grep);
  return LineFilter{std::move(regex), level};
}

std::string shown(LineFilter filter, std::initializer_list<const char*> texts) {
  std::vector<Line> out;
  for (const char* text : texts)
    filter.feed(line(text), out);
  std::vector<std::string> all;
  for (const Line& one : out)
    all.push_back(one.text);
  return join(all, "|");
}

}  // namespace

TEST_CASE("without anything asked for everything passes as it is") {
  CHECK(LineFilter{}.passes_all());
  CHECK(shown({}, {"a", "", "  b"}) == "a||  b");
}

TEST_CASE("a level lets units through whose beginning is severe enough") {
  CHECK(shown(filter(nullptr, Level::Warn), {"INFO a", "  more a", "WARN b", "  more b", "ERROR c",
                                             "d"}) == "WARN b|  more b|ERROR c");
  CHECK(shown(filter(nullptr, Level::Debug), {"a", "ERROR b"}) == "a|ERROR b");
  CHECK(shown(filter(nullptr, Level::Info), {"a", "INFO b"}) == "INFO b");
}

TEST_CASE("with both, a unit comes whole as soon as something is found in it") {
  LineFilter both = filter("needle", Level::Error);
  std::vector<Line> out;
  both.feed(line("ERROR first"), out);
  both.feed(line("  hay"), out);
  CHECK(out.empty());
  both.feed(line("  needle"), out);
  CHECK(out.size() == 3);
  both.feed(line("  more hay"), out);
  CHECK(out.size() == 4);
  CHECK(out[3].level == Level::Error);
  both.feed(line("ERROR second"), out);
  both.feed(line("INFO needle"), out);
  CHECK(out.size() == 4);
}

TEST_CASE("the units of different instances do not mix") {
  LineFilter errors = filter(nullptr, Level::Error);
  std::vector<Line> out;
  errors.feed(line("ERROR a", "a"), out);
  errors.feed(line("INFO b", "b"), out);
  errors.feed(line("  of a", "a"), out);
  errors.feed(line("  of b", "b"), out);
  REQUIRE(out.size() == 2);
  CHECK(out[1].text == "  of a");
}

TEST_CASE("what is held of a unit is bounded") {
  LineFilter both = filter("needle", Level::Error);
  std::vector<Line> out;
  both.feed(line("ERROR first"), out);
  for (int i = 0; i < 1000; ++i)
    both.feed(line("  " + std::string(1000, 'h')), out);
  both.feed(line("  needle"), out);
  CHECK(out.size() > 50);
  CHECK(out.size() < 70);
  CHECK(out.back().text == "  needle");
}

TEST_CASE("of a line in pieces what follows the find is shown") {
  LineFilter grep = filter("needle");
  std::vector<Line> out;
  const auto piece = [](const char* text, bool partial, bool continued) {
    Line one = line(text);
    one.partial = partial;
    one.continued = continued;
    return one;
  };
  grep.feed(piece("hay ", true, false), out);
  grep.feed(piece("needle ", true, true), out);
  grep.feed(piece("rest", false, true), out);
  CHECK(out.size() == 3);
  grep.feed(line("hay"), out);
  CHECK(out.size() == 3);
}
