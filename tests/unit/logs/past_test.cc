// What logs hold: spans, archives, filters and the last lines, read in pieces.
#include "logs/past.h"

#include <fmt/format.h>

#include "past_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

TEST_CASE("everything is read through the archives, in the order of time") {
  Given given;
  const auto sources = with_archives(given);
  const auto read = given.read(sources, {});
  CHECK(read.texts == Texts{"a1", "b1", "a2", "a3", "b2", "a4", "a5", "b3", "a6", "b4"});
  CHECK(read.positions[0].offset == 6);
  CHECK(read.positions[1].inode == given.directory.look_at("b.out.log")->inode);
}

TEST_CASE("a span has its first moment and not its last, whatever file it is in") {
  Given given;
  const auto sources = with_archives(given);
  CHECK(given.read(sources, span(20, 55)).texts == Texts{"a2", "a3", "b2", "a4", "a5"});
  CHECK(given.read(sources, span(0, 11)).texts == Texts{"a1"});
  CHECK(given.read(sources, span(65, 1000)).texts == Texts{"b4"});
  CHECK(given.read(sources, span(66, 1000)).texts.empty());
  CHECK(given.read(sources, span(41, 50)).texts.empty());
  LogQuery two = span(20, 55);
  two.lines = 2;
  CHECK(given.read(sources, two).texts == Texts{"a4", "a5"});
}

TEST_CASE("the last lines reach back into archives, packed ones too") {
  Given given;
  const auto sources = with_archives(given);
  const Texts all = {"a1", "b1", "a2", "a3", "b2", "a4", "a5", "b3", "a6", "b4"};
  for (std::size_t n = 0; n <= all.size() + 1; ++n) {
    CAPTURE(n);
    const auto from = all.end() - static_cast<std::ptrdiff_t>(std::min(n, all.size()));
    CHECK(given.read(sources, last(n)).texts == Texts(from, all.end()));
  }
  const auto two = given.read(sources, last(2));
  const auto live_only = given.folder.read("log/a.out.log").size() * 2;
  CHECK(two.bytes < live_only + 1000);  // no archive was unpacked
}

TEST_CASE("however small the slices are, the result is the same") {
  Given given;
  const auto sources = with_archives(given);
  const auto at_once = given.read(sources, {});
  const auto slowly = given.read(sources, {}, {}, 1, 1);
  CHECK(slowly.texts == at_once.texts);
  CHECK(slowly.slices > 9);
  CHECK(given.read(sources, last(7), {}, 1, 1).texts ==
        Texts(at_once.texts.begin() + 3, at_once.texts.end()));
}

TEST_CASE("an archive that is damaged ends where the damage is, and the rest is read") {
  Given given;
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += fmt::format("line {} {}\n", i, i * 7919 % 10007);
  given.folder.write("log/a.out_20260101_000000.log", text);
  given.pack("a.out_20260101_000000.log");
  std::string packed = given.folder.read("log/a.out_20260101_000000.log.gz");
  packed.resize(packed.size() / 2);
  given.folder.write("log/a.out_20260101_000000.log.gz", packed);
  const Source live = given.log("a.out.log", {{50, "live"}});
  const auto read = given.read({live}, {});
  CHECK(read.texts.size() > 1000);
  CHECK(read.texts.front() == "line 0 0");
  CHECK(read.texts.back() == "live");
  given.folder.write("log/a.out_20260101_000000.log.gz", "no gzip at all");
  CHECK(given.read({live}, {}).texts == Texts{"live"});
}

TEST_CASE("an archive that is compressed after it was listed is found under its new name") {
  Given given;
  given.log("a.out_20260101_000000.log", {{10, "old"}});
  const Source live = given.log("a.out.log", {{50, "live"}});
  LineFilter everything;
  Past past{given.directory, std::vector{live}, {}, everything};
  given.pack("a.out_20260101_000000.log");
  const auto slice = past.read(1 << 20, 1 << 20);
  CHECK(slice.ended);
  REQUIRE(slice.lines.size() == 2);
  CHECK(slice.lines[0].text == "old");
}

TEST_CASE("a log that is rotated while it is read is neither missed nor read twice") {
  Given given;
  const Source live = given.log("a.out.log", {{10, "one"}, {20, "two"}});
  LineFilter everything;
  Past past{given.directory, std::vector{live}, {}, everything};
  std::filesystem::rename(given.folder / "log/a.out.log",
                          given.folder / "log/a.out_20260101_000000.log");
  given.folder.write("log/a.out.log", "three\n");
  const auto slice = past.read(1 << 20, 1 << 20);
  CHECK(slice.lines.size() == 2);
  CHECK(past.positions()[0].offset == 8);  // in what is an archive now
  CHECK(past.positions()[0].inode == given.directory.look_at("a.out_20260101_000000.log")->inode);
}

TEST_CASE("an expression and a level choose lines, from either end") {
  Given given;
  std::vector<std::pair<int, std::string>> lines;
  for (int i = 0; i < 500; ++i)
    lines.emplace_back(i, i % 100 == 7 ? fmt::format("ERROR number {}", i) : "INFO fine");
  lines.emplace_back(500, "Traceback (most recent call last):");
  lines.emplace_back(500, "  File \"x.py\", line 1");
  lines.emplace_back(500, "");
  lines.emplace_back(500, "KeyError: 'k'");
  lines.emplace_back(501, "INFO on");
  const Source log = given.log("a.out.log", lines);
  CHECK(given.read({log}, {}, filter("number [12]07")).texts ==
        Texts{"ERROR number 107", "ERROR number 207"});
  CHECK(given.read({log}, last(1), filter("number")).texts == Texts{"ERROR number 407"});
  const auto errors = given.read({log}, {}, filter(nullptr, Level::Error));
  CHECK(errors.texts.size() == 9);
  CHECK(errors.lines.front().level == Level::Error);
  // The unit is whole though only one line was asked for.
  CHECK(given.read({log}, last(1), filter(nullptr, Level::Error)).texts.size() == 4);
  CHECK(given.read({log}, last(1), filter("KeyError", Level::Error)).texts.front() ==
        "Traceback (most recent call last):");
  CHECK(given.read({log}, {}, filter("KeyError")).texts == Texts{"KeyError: 'k'"});
  CHECK(given.read({log}, last(2), filter("nothing")).texts.empty());
}

TEST_CASE("a log in which nothing is found is not read further back than the others") {
  Given given;
  std::vector<std::pair<int, std::string>> old;
  for (int i = 0; i < 50'000; ++i)
    old.emplace_back(i, "nothing to be found here, line after line after line");
  std::vector<std::pair<int, std::string>> recent;
  for (int i = 0; i < 10; ++i)
    recent.emplace_back(60'000 + i, "needle");
  const std::vector<Source> sources{given.log("a.out.log", recent), given.log("b.out.log", old)};
  const auto found = given.read(sources, last(3), filter("needle"));
  CHECK(found.texts.size() == 3);
  CHECK(found.bytes < 300'000);
  CHECK(given.read(sources, last(0), filter("needle")).bytes < 300'000);
}

TEST_CASE("a trace that a rotation cut in two is one unit") {
  Given given;
  for (const bool packed : {false, true}) {
    const std::string archive = "a.out_20260101_000000.log";
    given.log(archive, {{1, "INFO x"}, {2, "Traceback (most recent call last):"}, {2, "  File"}},
              packed);
    const Source log = given.log("a.out.log", {{2, "ValueError: y"}, {3, "INFO z"}});
    for (const auto& query : {LogQuery{}, last(1)}) {
      CHECK(given.read({log}, query, filter("ValueError", Level::Error)).texts ==
            Texts{"Traceback (most recent call last):", "  File", "ValueError: y"});
    }
  }
}

TEST_CASE("a unit is not torn apart by what others printed meanwhile") {
  Given given;
  const Source a = given.log(
      "a.out.log",
      {{10, "Traceback (most recent call last):"}, {12, "  File"}, {14, "ValueError: x"}});
  const Source b = given.log("b.out.log", {{11, "ERROR b1"}, {13, "ERROR b2"}});
  CHECK(given.read({a, b}, {}, filter(nullptr, Level::Error)).texts ==
        Texts{"Traceback (most recent call last):", "  File", "ValueError: x", "ERROR b1",
              "ERROR b2"});
}

TEST_CASE("the lines of a moment in a log of gigabytes are found by the index") {
  Given given;
  // 8 GB with an entry every 64 KiB: one second each.
  constexpr std::uint64_t kChunk = 64 * 1024;
  constexpr std::uint64_t kChunks = 128 * 1024;
  given.folder.write("log/huge.out.log", "");
  std::filesystem::resize_file(given.folder / "log/huge.out.log", kChunk * kChunks);
  std::vector<IndexEntry> index;
  for (std::uint64_t i = 0; i < kChunks; ++i)
    index.push_back({i * kChunk, second(static_cast<int>(i) + 1)});
  write_index(given.directory, "huge.out.log", index);
  const int fd = open((given.folder / "log/huge.out.log").c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const std::string at = "\nhere\nand here\n";
  REQUIRE(pwrite(fd, at.data(), at.size(), static_cast<off_t>(kChunk * 70'000)) ==
          static_cast<ssize_t>(at.size()));
  close(fd);
  const Source log = Given::source("huge.out.log");
  const auto found = given.read({log}, span(70'001, 70'002), filter("here"));
  CHECK(found.texts == Texts{"here", "and here"});
  CHECK(found.bytes < 1'000'000);
  LogQuery last_of_span = span(70'001, 70'002);
  last_of_span.lines = 1;
  const auto one = given.read({log}, last_of_span, filter("here"));
  CHECK(one.texts == Texts{"and here"});
  CHECK(one.bytes < 1'000'000);
}

TEST_CASE("a span that begins inside a line begins with the next one") {
  Given given;
  given.folder.write("log/a.out.log", "first line\nsecond line\nthird\n");
  write_index(given.directory, "a.out.log", {{0, second(10)}, {5, second(20)}, {25, second(30)}});
  const Source log = Given::source("a.out.log");
  CHECK(given.read({log}, span(20, 100)).texts == Texts{"second line", "third"});
  CHECK(given.read({log}, span(0, 20)).texts == Texts{"first line"});
  CHECK(given.read({log}, span(30, 100)).texts.empty());
  LogQuery one = span(0, 30);
  one.lines = 1;
  CHECK(given.read({log}, one).texts == Texts{"third"});
}

TEST_CASE("lines of a clock that stepped back are judged by their own time") {
  Given given;
  const Source log =
      given.log("a.out.log",
                {{100, "before"}, {900, "ahead"}, {901, "ahead too"}, {110, "right"}, {120, "on"}});
  CHECK(given.read({log}, span(105, 500)).texts == Texts{"right", "on"});
  CHECK(given.read({log}, span(500, 1000)).texts == Texts{"ahead", "ahead too"});
  CHECK(given.read({log}, span(0, 105)).texts == Texts{"before"});
}

TEST_CASE("a hundred thousand lines are given in pieces that stay small") {
  Given given;
  std::string text;
  for (int i = 0; i < 200'000; ++i)
    text += fmt::format("line {}\n", i);
  given.folder.write("log/a.out.log", text);
  const Source log = Given::source("a.out.log");
  LineFilter everything;
  Past past{given.directory, std::vector{log}, last(100'000), everything};
  std::size_t lines = 0;
  std::size_t largest = 0;
  for (bool ended = false; !ended;) {
    const auto slice = past.read(1 << 20, 1 << 14);
    largest = std::max(largest, slice.lines.size());
    lines += slice.lines.size();
    ended = slice.ended;
  }
  CHECK(lines == 100'000);
  CHECK(largest < 3000);
}

TEST_CASE("what cannot be read is told, what is not there is not") {
  Given given;
  std::filesystem::create_directory(given.folder / "log/bad.out.log");
  LineFilter everything;
  Past past{given.directory,
            std::vector{Given::source("bad.out.log"), Given::source("none.out.log")},
            {},
            everything};
  CHECK(past.read(1 << 20, 1 << 20).ended);
  REQUIRE(past.problems().size() == 1);
  CHECK(past.problems()[0].find("it is a directory") != std::string::npos);
}
