#include "history/last_output.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include "logs/index.h"
#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

namespace {

// A log directory with one log; what is appended is indexed with its time.
struct Log {
  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "a.err.log";
  std::string bytes;
  UniqueFd index_file() const {
    return UniqueFd{open((file.native() + ".idx").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  }
  void add(const std::string& text, WallTime at) {
    logs::IndexWriter index{index_file(), bytes.size()};
    index.add(bytes.size(), at);
    bytes += text;
    std::ofstream{file, std::ios::binary} << bytes;
  }
  std::vector<LastOutput> read(WallTime began, WallTime ended) const {
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    const auto directory = logs::Directory::open(folder.path());
    REQUIRE(directory.ok());
    const std::vector<logs::Source> sources{{"a", "a", logs::Stream::Out, "a.out.log"},
                                            {"a", "a", logs::Stream::Err, "a.err.log"}};
    return last_output(*directory, sources, began, ended);
  }
};

WallTime second(int n) {
  return kNoon + std::chrono::seconds{n};
}

}  // namespace

TEST_CASE("last words are those of the run that ended, not of the one before or after") {
  Log log;
  log.add("earlier\n", second(1));
  log.add("first\nsecond\n", second(5));
  log.add("later\n", second(9));
  const auto output = log.read(second(4), second(6));
  REQUIRE(output.size() == 1);
  CHECK(output[0].stream == "err");
  CHECK(output[0].lines == std::vector<std::string>{"first", "second"});
  CHECK_FALSE(output[0].cut);
  CHECK(log.read(second(6), second(7)).empty());
}

TEST_CASE("at most fifty lines and 64 KiB of a stream, and long lines keep their beginning") {
  Log log;
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += fmt::format("line {}\n", i);
  log.add(text, second(1));
  auto output = log.read(second(0), second(2));
  REQUIRE(output.size() == 1);
  CHECK(output[0].lines.size() == kLastLines);
  CHECK(output[0].lines.front() == "line 10");
  CHECK(output[0].lines.back() == "line 59");
  CHECK(output[0].cut);

  log.add(std::string(10'000, 'x') + "\n", second(3));
  output = log.read(second(3), second(4));
  REQUIRE(output.size() == 1);
  CHECK(output[0].lines == std::vector{std::string(kLongestLine, 'x') + " … (10000 bytes)"});
  CHECK(output[0].cut);

  text.clear();
  for (int i = 0; i < 40; ++i)
    text += std::string(4000, 'y') + "\n";
  log.add(text, second(6));
  output = log.read(second(6), second(7));
  REQUIRE(output.size() == 1);
  CHECK(output[0].lines.size() == 16);
  CHECK(output[0].cut);
}

}  // namespace mainstay::history
