// Tails: the last lines, whatever the files look like.
#include <sys/mman.h>

#include <fmt/format.h>

#include "logs/lines.h"
#include "logs/reader.h"
#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

struct Files {
  Files() : directory(open_directory(folder / "log")) {}

  // A log of `instance` with one index entry for every given time, at the line of the same number.
  Source add(const std::string& name, const std::string& text,
             const std::vector<IndexEntry>& index = {}) {
    folder.write("log/" + name, text);
    if (!index.empty()) write_index(directory, name, index);
    return {name, name, Stream::Out, name};
  }

  TempFolder folder;
  Directory directory;
};

std::vector<std::string> texts(const std::vector<Line>& lines) {
  std::vector<std::string> all;
  for (const Line& line : lines)
    all.push_back(line.text);
  return all;
}

using Texts = std::vector<std::string>;

Texts tail_of(Files& files, const std::vector<Source>& sources, std::size_t lines) {
  return texts(tail(files.directory, sources, {lines, 1 << 20}).lines);
}

// The lines of `text` by reading forwards, the last unfinished one too.
std::vector<RawLine> forwards(std::string_view text) {
  std::vector<RawLine> lines;
  std::uint64_t at = 0;
  while (const auto line = first_line(text.substr(at), at)) {
    lines.push_back(*line);
    at = line->end;
  }
  if (at < text.size()) lines.push_back({at, text.size(), text.substr(at), true, false});
  return lines;
}

}  // namespace

TEST_CASE("the last lines of one file") {
  Files files;
  const Source log = files.add("web.out.log", "one\ntwo\n\nfour\n");
  CHECK(tail_of(files, {log}, 2) == Texts{"", "four"});
  CHECK(tail_of(files, {log}, 10) == Texts{"one", "two", "", "four"});
  CHECK(tail_of(files, {log}, 0).empty());
}

TEST_CASE("files that are empty or missing have no lines and disturb no others") {
  Files files;
  const Source log = files.add("web.out.log", "here\n");
  const Source empty = files.add("empty.log", "");
  const Source missing{"gone", "gone", Stream::Err, "gone.log"};
  const Tail result = tail(files.directory, std::vector<Source>{missing, log, empty}, {});
  CHECK(texts(result.lines) == Texts{"here"});
  REQUIRE(result.positions.size() == 3);
  CHECK(result.positions[0].inode == 0);
  CHECK(result.positions[1].offset == 5);
  CHECK(result.lines[0].service == "web.out.log");
}

TEST_CASE("a last line without newline is partial, and the position is behind it") {
  Files files;
  const Source log = files.add("web.out.log", "done\nPassword: ");
  const Tail result = tail(files.directory, std::vector<Source>{log}, {});
  REQUIRE(texts(result.lines) == Texts{"done", "Password: "});
  CHECK_FALSE(result.lines[0].partial);
  CHECK(result.lines[1].partial);
  CHECK(result.positions[0].offset == 15);
  CHECK(result.positions[0].continued);
  const Tail none = tail(files.directory, std::vector<Source>{log}, {0, 1 << 20});
  CHECK(none.positions[0].offset == 5);  // not shown, so it comes when it is complete
  CHECK_FALSE(none.positions[0].continued);
}

TEST_CASE("several files are merged in time order, equal times by the order of the files") {
  Files files;
  const Source a =
      files.add("a.log", "a1\na2\na3\n", {{0, second(10)}, {3, second(30)}, {6, second(50)}});
  const Source b =
      files.add("b.log", "b1\nb2\nb3\n", {{0, second(20)}, {3, second(30)}, {6, second(40)}});
  CHECK(tail_of(files, {a, b}, 10) == Texts{"a1", "b1", "a2", "b2", "b3", "a3"});
  CHECK(tail_of(files, {b, a}, 10) == Texts{"a1", "b1", "b2", "a2", "b3", "a3"});
  CHECK(tail_of(files, {a, b}, 3) == Texts{"b2", "b3", "a3"});
  const Tail result = tail(files.directory, std::vector<Source>{a, b}, {2, 1 << 20});
  CHECK(result.lines[0].at == second(40));
  CHECK(result.lines[1].at == second(50));
}

TEST_CASE("a clock that stepped back reorders no file and loses no line") {
  Files files;
  const Source a =
      files.add("a.log", "a1\na2\na3\n", {{0, second(900)}, {3, second(901)}, {6, second(100)}});
  const Source b = files.add("b.log", "b1\nb2\n", {{0, second(99)}, {3, second(101)}});
  CHECK(tail_of(files, {a, b}, 10) == Texts{"b1", "a1", "a2", "a3", "b2"});
  CHECK(tail_of(files, {a, b}, 3) == Texts{"a2", "a3", "b2"});
}

TEST_CASE("the text is the bytes, NUL and escape sequences and all") {
  Files files;
  const std::string odd{"\0\x1b[31m\xff\r", 8};
  const Source log = files.add("web.out.log", odd + "\n");
  CHECK(tail_of(files, {log}, 1) == Texts{odd});
}

TEST_CASE("lines are found alike from both ends, at every length around the limit") {
  for (const std::size_t before :
       {std::size_t{0}, std::size_t{1}, std::size_t{100}, kMaxLine - 1}) {
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{1}, kMaxLine - 1, kMaxLine, kMaxLine + 1, 2 * kMaxLine - 1,
          2 * kMaxLine, 2 * kMaxLine + 1, 3 * kMaxLine + 7}) {
      for (const char* after : {"", "\n", "\nx", "\nlast\n"}) {
        CAPTURE(before);
        CAPTURE(length);
        CAPTURE(after);
        const std::string first = before == 0 ? "" : std::string(before - 1, 'b') + "\n";
        const std::string text = first + std::string(length, 'a') + after;
        const UniqueFd file{memfd_create("log", MFD_CLOEXEC)};
        put(file.get(), text);
        std::vector<RawLine> expected = forwards(text);
        BackwardLines lines{file.get(), text.size()};
        bool same = true;
        while (const auto line = lines.previous()) {
          REQUIRE_FALSE(expected.empty());
          const RawLine& other = expected.back();
          same = same && line->begin == other.begin && line->end == other.end &&
                 line->text == other.text && line->partial == other.partial;
          expected.pop_back();
        }
        CHECK(same);
        CHECK(expected.empty());
      }
    }
  }
}

TEST_CASE("a long line comes in pieces of at most 64 KiB that say so") {
  Files files;
  std::string text = "short\n" + std::string(200'000, 'z') + "\nend\n";
  const Source log = files.add("web.out.log", text);
  const Tail result = tail(files.directory, std::vector<Source>{log}, {100, 1 << 20});
  std::string joined;
  for (std::size_t i = 1; i + 1 < result.lines.size(); ++i) {
    const Line& piece = result.lines[i];
    CHECK(piece.text.size() <= kMaxLine);
    CHECK(piece.continued == (i > 1));
    CHECK(piece.partial == (i + 2 < result.lines.size()));
    joined += piece.text;
  }
  CHECK(joined == std::string(200'000, 'z'));
  CHECK(result.lines.front().text == "short");
  CHECK(result.lines.back().text == "end");
}

TEST_CASE("the tail of a 10 GB file reads a few blocks only") {
  Files files;
  constexpr std::uint64_t kSize = 10ULL * 1024 * 1024 * 1024;
  const Source log = files.add("huge.log", "");
  std::filesystem::resize_file(files.folder / "log/huge.log", kSize);
  std::string end = "\n";
  for (int i = 0; i < 1000; ++i)
    end += fmt::format("line {}\n", i);
  files.folder.append("log/huge.log", end);
  const Tail result = tail(files.directory, std::vector<Source>{log}, {50, 1 << 20});
  REQUIRE(result.lines.size() == 50);
  CHECK(result.lines.front().text == "line 950");
  CHECK(result.lines.back().text == "line 999");
  CHECK(result.bytes_read <= 3 * 64 * 1024);

  const Tail zeros = tail(files.directory, std::vector<Source>{log}, {2000, 1 << 20});
  CHECK(zeros.cut);                                          // the rest is one line of 10 GB
  CHECK(zeros.bytes_read <= 2 * (1 << 20) + 6 * 64 * 1024);  // found backwards, then read
}

TEST_CASE("the text of a tail is bounded, the newest lines are kept") {
  Files files;
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += std::string(1000, static_cast<char>('a' + i % 26)) + "\n";
  const Source a = files.add("a.log", text, {{0, second(1)}});
  const Source b = files.add("b.log", "newest\n", {{0, second(2)}});
  const Tail result = tail(files.directory, std::vector<Source>{a, b}, {1000, 10'000});
  CHECK(result.cut);
  CHECK(result.lines.size() == 10);
  CHECK(result.lines.back().text == "newest");
  const Tail one = tail(files.directory, std::vector<Source>{a}, {1000, 10});
  CHECK(one.lines.size() == 1);
}

TEST_CASE("without an index the time is that of the file's last change") {
  Files files;
  const Source log = files.add("web.out.log", "x\n");
  const timespec times[2] = {{1'000, 0}, {1'000, 0}};
  REQUIRE(utimensat(AT_FDCWD, (files.folder / "log/web.out.log").c_str(), times, 0) == 0);
  CHECK(tail(files.directory, std::vector<Source>{log}, {}).lines[0].at == second(1'000));
}
