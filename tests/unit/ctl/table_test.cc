#include "ctl/table.h"

#include <doctest/doctest.h>

#include <array>

#include "base/text.h"
#include "ctl/display_width.h"
#include "unit/ctl/canned.h"

namespace mainstay::ctl {

TEST_CASE("display width counts columns, not bytes") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("größe") == 5);
  CHECK(display_width("日本語") == 6);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("🚀") == 2);
  CHECK(display_width("✔ –…") == 4);
  CHECK(display_width("") == 0);
}

TEST_CASE("an invalid byte is one column and ends no loop") {
  CHECK(display_width("\xff\xfe") == 2);
  CHECK(display_width("\xe6\x97") == 2);
  CHECK(display_width("a\x80z") == 3);
}

TEST_CASE("a name is shortened in its middle and never wider than asked") {
  CHECK(shorten_middle("short", 10, "…") == "short");
  CHECK(shorten_middle("abcdefghij", 7, "…") == "abc…hij");
  CHECK(shorten_middle("abcdefghij", 6, "…") == "abc…ij");
  CHECK(shorten_middle("abcdefghij", 2, "...") == "ab");
  CHECK(shorten_middle("日本語日本語", 6, "…") == "日…語");
  for (std::size_t width = 0; width < 14; ++width) {
    CHECK(display_width(shorten_middle("日本e\u0301語-worker", width, "…")) <= width);
    CHECK(display_width(shorten_end("日本e\u0301語-worker", width, "...")) <= width);
  }
}

TEST_CASE("a table takes the widest set of columns that fits, then shortens names") {
  Table table{{{"NAME"}, {"STATE"}, {"MEM", Align::Right}}};
  table.add({{"a-rather-long-name-of-a-service"}, {"running"}, {"46 MB"}});
  table.add({{"b"}, {"failed"}, {""}});
  static constexpr std::array<std::size_t, 3> kAll = {0, 1, 2};
  static constexpr std::array<std::size_t, 2> kFew = {0, 1};
  const std::array<ColumnSet, 2> kSets = {kAll, kFew};

  CHECK(table.render(kSets, plain_terminal(80)) ==
        "NAME                             STATE      MEM\n"
        "a-rather-long-name-of-a-service  running  46 MB\n"
        "b                                failed\n");
  CHECK(table.render(kSets, plain_terminal(40)) ==
        "NAME                      STATE      MEM\n"
        "a-rather-lon…f-a-service  running  46 MB\n"
        "b                         failed\n");
  const std::string narrow = table.render(kSets, plain_terminal(20));
  CHECK(narrow ==
        "NAME         STATE\n"
        "a-rat…rvice  running\n"
        "b            failed\n");
}

TEST_CASE("no line of a table is ever wider than the terminal or ends in spaces") {
  Table table{{{"NAME", Align::Left, 10}, {"STATE"}, {"CPU", Align::Right, 5}}};
  table.add({{"日本語の長い名前のサービス"}, {"running", Tone::Good}, {"1.4 %"}});
  table.add({{std::string(64, 'x')}, {"backoff", Tone::Warn}, {"–"}});
  static constexpr std::array<std::size_t, 3> kAll = {0, 1, 2};
  const std::array<ColumnSet, 1> kSets = {kAll};
  for (std::size_t width = 1; width < 100; ++width) {
    const std::string text = table.render(kSets, plain_terminal(width));
    for (const std::string_view line : split(text, '\n')) {
      INFO("width ", width, ": ", std::string{line});
      CHECK(display_width(line) <= width);
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("where there is no terminal nothing is dropped or shortened") {
  Table table{{{"NAME"}, {"STATE"}}};
  table.add({{std::string(200, 'n')}, {"running", Tone::Good}});
  static constexpr std::array<std::size_t, 2> kAll = {0, 1};
  static constexpr std::array<std::size_t, 1> kFew = {0};
  const std::array<ColumnSet, 2> kSets = {kAll, kFew};
  CHECK(table.render(kSets, plain_terminal(0)).find(std::string(200, 'n') + "  running\n") !=
        std::string::npos);
}

TEST_CASE("colour goes around the text and never into the padding") {
  Table table{{{"NAME"}, {"STATE"}, {"CPU", Align::Right}}};
  table.add({{"a"}, {"up", Tone::Good}, {"1 %", Tone::Bad}});
  static constexpr std::array<std::size_t, 3> kAll = {0, 1, 2};
  const std::array<ColumnSet, 1> kSets = {kAll};
  CHECK(table.render(kSets, colour_terminal(80)) ==
        "NAME  STATE  CPU\n"
        "a     \x1b[32mup\x1b[0m     \x1b[31m1 %\x1b[0m\n");
}

}  // namespace mainstay::ctl
