// The files that are one log: where it ends for a reader, and what hides while it is compressed.
#include "logs/log_chain.h"

#include "past_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

TEST_CASE("what comes after a place is left out, whatever the log became since") {
  Given given;
  const std::string first = "a.out_20260101_000000.log";
  const std::string second_archive = "a.out_20260101_000001.log";
  given.log(first, {{1, "one"}, {2, "two"}});
  given.log(second_archive, {{3, "three"}, {4, "four"}});
  const Source live = given.log("a.out.log", {{5, "five"}, {6, "six"}});
  const auto inode_of = [&](const std::string& name) {
    return given.directory.look_at(name)->inode;
  };
  const auto until = [&](const ChainEnd& end) {
    const auto read = [&](const LogQuery& query) {
      LineFilter everything;
      Past past{given.directory, std::vector{live}, query, everything, std::vector{end}};
      Texts texts;
      for (const Line& line : past.read(1 << 20, 1 << 20).lines)
        texts.push_back(line.text);
      return texts;
    };
    const Texts texts = read({});
    CHECK(read(last(10)) == texts);
    return texts;
  };
  const auto check = [&] {
    // In the log, when it was this one and when it was not there yet.
    CHECK(until({second_archive, false, inode_of("a.out.log"), 5}) ==
          Texts{"one", "two", "three", "four", "five"});
    CHECK(until({second_archive, false, 0, 0}) == Texts{"one", "two", "three", "four"});
    // In the log that became an archive.
    CHECK(until({first, false, 4711, 6}) == Texts{"one", "two", "three"});
    CHECK(until({first, false, 0, 0}) == Texts{"one", "two"});
    // In an archive.
    CHECK(until({first, true, 4711, 4}) == Texts{"one"});
    // No archive was heard of.
    CHECK(until({{}, false, inode_of("a.out.log"), 5}).size() == 5);
    CHECK(until({{}, false, 0, 0}) == Texts{"one", "two", "three", "four"});
    // The archive is gone, and with it what was before it.
    CHECK(until({"a.out_20250101_000000.log", true, 4711, 4}).empty());
  };
  check();
  CHECK(until({{}, false, inode_of(second_archive), 6}) == Texts{"one", "two", "three"});
  given.pack(first);
  given.pack(second_archive);
  check();
  CHECK(until({{}, false, 4711, 6}) == Texts{"one", "two", "three"});  // it can only be the newest
}

TEST_CASE("an archive that was seen under neither of its names while it was compressed is read") {
  Given given;
  const std::string plain = "a.out_20260101_000000.log";
  const std::string packed = "a.out_20260101_000001.log";
  given.log(plain, {{1, "one"}});
  given.log(packed, {{2, "two"}}, true);
  write_index(given.directory, "a.out_20260101_000002.log", {{0, second(3)}});  // left behind
  std::vector<DirectoryEntry> entries = *given.directory.list();
  std::erase_if(entries, [](const auto& entry) { return !entry.name.ends_with(".idx"); });
  add_hidden(given.directory, entries);
  const auto segments = Archives{entries}.of("a.out.log");
  REQUIRE(segments.size() == 2);
  CHECK(segments[0].file == plain);
  CHECK(segments[0].inode == given.directory.look_at(plain)->inode);
  CHECK(segments[1].file == packed + ".gz");
  CHECK(segments[1].compressed);
}
