// Followers: nothing twice, nothing missed, bounded, in time order.
#include "logs/follower.h"

#include <fmt/format.h>

#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

using Texts = std::vector<std::string>;

Texts followed_texts(const std::vector<Line>& lines) {
  Texts all;
  for (const Line& line : lines)
    all.push_back(line.text);
  return all;
}

Source source(const std::string& name) {
  return {name, name, Stream::Out, name};
}

struct Followed {
  Followed() : directory(open_directory(folder / "log")) {}

  Follower from_tail(const std::vector<Source>& sources) {
    Tail read = tail(directory, sources, {0, 1 << 20});
    return {directory, sources, std::move(read.positions)};
  }
  void append(const std::string& name, const std::string& text) {
    folder.append("log/" + name, text);
  }

  TempFolder folder;
  Directory directory;
};

}  // namespace

TEST_CASE("a follower goes on where the tail ended, without gap or overlap") {
  Followed on;
  on.append("a.log", "old\nunfin");
  const std::vector<Source> sources{source("a.log")};
  Tail read = tail(on.directory, sources, {});
  REQUIRE(followed_texts(read.lines) == Texts{"old", "unfin"});
  Follower follower{on.directory, sources, std::move(read.positions)};
  CHECK(follower.pull(4096).lines.empty());
  CHECK_FALSE(follower.has_pending());
  on.append("a.log", "ished\nnext\n");
  follower.grew("a.log");
  CHECK(follower.has_pending());
  const Pulled pulled = follower.pull(4096);
  REQUIRE(followed_texts(pulled.lines) == Texts{"ished", "next"});
  CHECK(pulled.lines[0].continued);
  CHECK_FALSE(pulled.lines[1].continued);
  CHECK_FALSE(follower.has_pending());
}

TEST_CASE("what grew between the tail and the follower is not missed") {
  Followed on;
  on.append("a.log", "old\n");
  const std::vector<Source> sources{source("a.log")};
  Tail read = tail(on.directory, sources, {});
  on.append("a.log", "between\n");
  Follower follower{on.directory, sources, std::move(read.positions)};
  CHECK(followed_texts(follower.pull(4096).lines) == Texts{"between"});
}

TEST_CASE("an unfinished line is kept back until its newline comes or the caller wants it") {
  Followed on;
  Follower follower = on.from_tail({source("a.log")});
  on.append("a.log", "Pass");
  follower.grew("a.log");
  CHECK(follower.pull(4096).lines.empty());
  CHECK_FALSE(follower.has_pending());
  const Pulled forced = follower.pull(4096, WallTime{Duration::max()});
  REQUIRE(followed_texts(forced.lines) == Texts{"Pass"});
  CHECK(forced.lines[0].partial);
  on.append("a.log", "word\n");
  follower.grew("a.log");
  const Pulled rest = follower.pull(4096);
  REQUIRE(followed_texts(rest.lines) == Texts{"word"});
  CHECK(rest.lines[0].continued);
  CHECK_FALSE(rest.lines[0].partial);
}

TEST_CASE("a file that appears later is read from its beginning") {
  Followed on;
  Follower follower = on.from_tail({source("new.log")});
  CHECK(follower.pull(4096).lines.empty());
  on.append("new.log", "first\n");
  follower.grew("new.log");
  follower.grew("somebody-elses.log");
  const Pulled pulled = follower.pull(4096);
  CHECK(followed_texts(pulled.lines) == Texts{"first"});
  CHECK(pulled.started_over.empty());
  follower.add(source("scaled.log"));
  on.append("scaled.log", "me too\n");
  follower.grew("scaled.log");
  CHECK(followed_texts(follower.pull(4096).lines) == Texts{"me too"});
}

TEST_CASE("a truncated or replaced file is read from its beginning, and that is said") {
  Followed on;
  on.append("a.log", "a long old line\n");
  on.append("b.log", "b\n");
  Follower follower = on.from_tail({source("a.log"), source("b.log")});
  on.folder.write("log/a.log", "new\n");
  std::filesystem::rename(on.folder / "log/b.log", on.folder / "log/b.old");
  on.append("b.log", "b replaced\n");
  follower.grew("a.log");
  follower.grew("b.log");
  const Pulled pulled = follower.pull(4096);
  CHECK(pulled.started_over == Texts{"a.log", "b.log"});
  CHECK(followed_texts(pulled.lines) == Texts{"new", "b replaced"});
}

TEST_CASE("pulls are bounded and together give every line once, in order") {
  Followed on;
  Follower follower = on.from_tail({source("a.log")});
  Texts expected;
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back(fmt::format("line {}", i));
    text += expected.back() + "\n";
  }
  on.append("a.log", text);
  follower.grew("a.log");
  Texts got;
  while (follower.has_pending()) {
    const Pulled pulled = follower.pull(8192);
    std::size_t bytes = 0;
    for (const Line& line : pulled.lines) {
      bytes += line.text.size();
      got.push_back(line.text);
    }
    CHECK(bytes <= 8192);
    REQUIRE_FALSE(pulled.lines.empty());
  }
  CHECK(got == expected);
}

TEST_CASE("several files are merged in time order although one has much more to give") {
  Followed on;
  std::string many;
  std::vector<IndexEntry> index;
  for (int i = 0; i < 4000; ++i) {
    index.push_back({many.size(), second(2 * i)});
    many += fmt::format("{:04}\n", 2 * i);
  }
  on.append("a.log", many);
  write_index(on.directory, "a.log", index);
  on.append("b.log", "3001\n7001\n");
  write_index(on.directory, "b.log", {{0, second(3001)}, {5, second(7001)}});
  Follower follower{on.directory, {source("a.log"), source("b.log")}, {}};
  Texts got;
  int pulls = 0;
  for (; follower.has_pending(); ++pulls) {
    for (const Line& line : follower.pull(4096).lines)
      got.push_back(line.text);
  }
  CHECK(pulls > 1);
  CHECK(got.size() == 4002);
  CHECK(std::is_sorted(got.begin(), got.end()));
}

TEST_CASE("a line of any length passes, in pieces") {
  Followed on;
  Follower follower = on.from_tail({source("a.log")});
  const std::string long_line(300'000, 'q');
  on.append("a.log", "x\n" + long_line + "\ny\n");
  follower.grew("a.log");
  std::string joined;
  while (follower.has_pending()) {
    for (const Line& line : follower.pull(4096).lines) {
      CHECK(line.text.size() <= kMaxLine);
      joined += line.text + (line.partial ? "" : "\n");
    }
  }
  CHECK(joined == "x\n" + long_line + "\ny\n");
}

TEST_CASE("a thousand followed files cost no descriptors between pulls") {
  Followed on;
  std::vector<Source> sources;
  for (int i = 0; i < 1000; ++i)
    sources.push_back(source(fmt::format("s{}.log", i)));
  Follower follower = on.from_tail(sources);
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  const auto before = descriptors();
  std::size_t lines = 0;
  for (int i = 0; i < 1000; i += 5) {
    on.append(fmt::format("s{}.log", i), "x\n");
    follower.grew(fmt::format("s{}.log", i));
  }
  while (follower.has_pending())
    lines += follower.pull(64 * 1024).lines.size();
  CHECK(lines == 200);
  CHECK(descriptors() == before);
}

TEST_CASE("skipping leaves out the oldest and goes on at the beginning of a line") {
  Followed on;
  Follower follower = on.from_tail({source("a.log")});
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += fmt::format("line {:04}\n", i);
  on.append("a.log", text);
  follower.grew("a.log");
  CHECK(follower.behind() == 10'000);
  CHECK(follower.skip(20'000) == 0);
  const std::uint64_t skipped = follower.skip(95);  // inside line 0990
  CHECK(skipped == 9'910);
  const Pulled pulled = follower.pull(4096);
  REQUIRE(pulled.lines.size() == 9);
  CHECK(pulled.lines[0].text == "line 0991");
  CHECK_FALSE(pulled.lines[0].continued);
}

TEST_CASE("what capture writes a follower gives, with the time of each line") {
  Bench bench;
  Follower follower{bench.directory, {source("web.out.log")}, {}};
  bench.capture->set_on_growth([&](const std::string& file) { follower.grew(file); });
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  std::vector<WallTime> expected;
  for (int i = 0; i < 5; ++i) {
    bench.now.wall = bench.now.wall + std::chrono::milliseconds{700};
    expected.push_back(bench.now.wall);
    put(out.get(), fmt::format("{}\n", i));
    bench.capture->drain(RunId{1});
  }
  const Pulled pulled = follower.pull(4096);
  REQUIRE(followed_texts(pulled.lines) == Texts{"0", "1", "2", "3", "4"});
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(pulled.lines[i].at == expected[i]);
}
