// When logs are cut, and that nothing is lost or doubled over a cut.
#include <fmt/format.h>

#include <algorithm>

#include "rotation_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

constexpr std::uint64_t kSize = 4096;

std::string numbered(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i)
    text += fmt::format("{:08} {}\n", i, std::string(static_cast<std::size_t>(i % 90), 'x'));
  return text;
}

// Prints all of it, in writes that a pipe takes, and has it captured.
void print(Bench& bench, const UniqueFd& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += 60'000) {
    put(out.get(), text.substr(at, 60'000));
    bench.capture->drain(RunId{1});
  }
}

}  // namespace

TEST_CASE("a log is cut at the end of a line when it has reached its size, and nothing is lost") {
  for (const bool splice : {true, false}) {
    CAPTURE(splice);
    RotationBench bench{splice};
    const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
    const std::string text = numbered(0, 6000);
    print(bench, out, text);
    const auto archives = bench.archives("web.out.log");
    CHECK(archives.size() > text.size() / kSize / 2);
    CHECK(bench.everything("web.out.log") == text);
    for (const auto& name : archives) {
      const std::string bytes = bench.log(name);
      CHECK(bytes.back() == '\n');
      CHECK(bytes.size() >= kSize);
      CHECK(bytes.size() < kSize + 100);
      CHECK(bench.folder.has("log/" + index_file_name(name)));
    }
  }
}

TEST_CASE("a line of 100 KB is not cut, a line without an end is after 1 MiB more") {
  for (const bool splice : {true, false}) {
    CAPTURE(splice);
    RotationBench bench{splice};
    const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
    const std::string line = std::string(100'000, 'l') + "\n";
    print(bench, out, line + line);
    REQUIRE(bench.archives("web.out.log").size() == 2);
    CHECK(bench.log(bench.archives("web.out.log")[0]) == line);
    CHECK(bench.log(bench.archives("web.out.log")[1]) == line);

    const std::string endless(3'000'000, 'e');
    print(bench, out, endless);
    const auto archives = bench.archives("web.out.log");
    REQUIRE(archives.size() == 4);
    for (const auto* name : {&archives[2], &archives[3]}) {
      CHECK(bench.log(*name).size() >= kSize + Rotation::kLongestEnd);
      CHECK(bench.log(*name).size() < kSize + Rotation::kLongestEnd + 70'000);
    }
    CHECK(bench.everything("web.out.log") == line + line + endless);
  }
}

TEST_CASE(
    "archives are named in order though the clock goes back, and before it is known what "
    "there is nothing is cut") {
  RotationBench bench{true, false};
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
  const std::string text = numbered(0, 100);
  print(bench, out, text);
  CHECK(bench.archives("web.out.log").empty());
  const WallTime future = bench.now.wall + std::chrono::hours{24};
  const ArchiveName newest{"web.out.log", future, ArchivePart::Compressed};
  bench.capture->begin_rotation({&newest, 1});
  for (int i = 0; i < 5; ++i) {
    bench.now.wall = bench.now.wall + -std::chrono::hours{1};
    print(bench, out, text);
  }
  const auto archives = bench.archives("web.out.log");
  REQUIRE(archives.size() >= 5);
  CHECK(parse_archive_name(archives[0])->at > future);
  std::string all;
  for (int i = 0; i < 6; ++i)
    all += text;
  CHECK(bench.everything("web.out.log") == all);
}

TEST_CASE("a name that is taken, compressed or not, is passed over") {
  RotationBench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
  const WallTime now = bench.now.wall;
  const std::string first = archive_file_name("web.out.log", now);
  const std::string second = archive_file_name("web.out.log", now + std::chrono::seconds{1});
  bench.folder.write("log/" + first, "somebody's");
  bench.folder.write("log/" + second + ".gz", "somebody's");
  const std::string text = numbered(0, 60) + "rest\n";
  print(bench, out, text);
  CHECK(bench.log(first) == "somebody's");
  CHECK(bench.log(second + ".gz") == "somebody's");
  CHECK(bench.log(archive_file_name("web.out.log", now + std::chrono::seconds{2})) +
            bench.log("web.out.log") ==
        text);
}

TEST_CASE("when it is asked for a log is cut at once, or at the end of its last line") {
  RotationBench bench;
  CHECK(bench.rotate("web.out.log").kind == RotateAnswer::Kind::Empty);
  UniqueFd out = bench.attach_out(RunId{1}, "web");
  print(bench, out, "one\n");
  const auto cut = bench.rotate("web.out.log");
  CHECK(cut.kind == RotateAnswer::Kind::Rotated);
  CHECK(bench.log(cut.archive) == "one\n");
  CHECK(!bench.folder.has("log/web.out.log"));
  CHECK(bench.rotate("web.out.log").kind == RotateAnswer::Kind::Empty);

  print(bench, out, "begun");
  CHECK(bench.rotate("web.out.log").kind == RotateAnswer::Kind::Waits);
  CHECK(bench.archives("web.out.log").size() == 1);
  print(bench, out, ", ended\nnext\n");
  REQUIRE(bench.archives("web.out.log").size() == 2);
  CHECK(bench.log(bench.archives("web.out.log")[1]) == "begun, ended\n");
  CHECK(bench.log("web.out.log") == "next\n");
  REQUIRE(bench.rotations.size() == 2);
  CHECK(bench.rotations[1].cause == RotationCause::Asked);
  CHECK(bench.rotations[1].size == 13);
}

TEST_CASE("a last line that nobody can end any more does not hold up what was asked for") {
  RotationBench bench;
  UniqueFd out = bench.attach_out(RunId{1}, "web");
  print(bench, out, "no end");
  CHECK(bench.rotate("web.out.log").kind == RotateAnswer::Kind::Waits);
  out.reset();
  bench.capture->drain(RunId{1});
  REQUIRE(bench.archives("web.out.log").size() == 1);

  UniqueFd again = bench.attach_out(RunId{1}, "web");
  print(bench, again, "again no end");
  again.reset();
  bench.capture->drain(RunId{1});
  CHECK(bench.rotate("web.out.log").kind == RotateAnswer::Kind::Rotated);
}

TEST_CASE("a daily log is cut by the first byte of a new day, and a silent one at midnight") {
  RotationBench bench;
  bench.now.wall = next_local_midnight(bench.now.wall) + -std::chrono::milliseconds{50};
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(1 << 20, true));
  const UniqueFd silent = bench.attach_out(RunId{2}, "silent", rotating(1 << 20, true));
  print(bench, out, "yesterday\n");
  put(silent.get(), "nothing more\n");
  bench.capture->drain(RunId{2});
  CHECK(bench.rotations.empty());
  bench.now.wall = bench.now.wall + std::chrono::milliseconds{60};
  print(bench, out, "today\n");
  REQUIRE(!bench.rotations.empty());
  CHECK(bench.rotations[0].file == "web.out.log");
  CHECK(bench.rotations[0].cause == RotationCause::Day);
  CHECK(bench.log("web.out.log") == "today\n");
  bench.turn_until([&] { return bench.rotations.size() == 2; });
  CHECK(bench.rotations[1].file == "silent.out.log");
  CHECK(bench.log(bench.rotations[1].archive) == "nothing more\n");
  print(bench, out, "still today\n");
  CHECK(bench.rotations.size() == 2);
}

TEST_CASE("a controller that begins on a later day cuts what is of an earlier one") {
  RotationBench bench{true, false};
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(1 << 20, true));
  print(bench, out, "yesterday\n");
  bench.now.wall = bench.now.wall + std::chrono::hours{30};
  bench.capture->begin_rotation({});
  bench.turn_until([&] { return !bench.rotations.empty(); });
  CHECK(bench.rotations[0].cause == RotationCause::Day);
}

TEST_CASE("a log that cannot be renamed goes on growing, is told of, and is cut later") {
  RotationBench bench;
  std::vector<std::string> failures;
  bench.capture->set_on_rotation_failure(
      [&](const Error& error) { failures.push_back(error.message); });
  const ArchiveName last{"web.out.log", WallTime{std::chrono::seconds{7'258'118'399}},
                         ArchivePart::Plain};
  bench.capture->begin_rotation({&last, 1});
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
  const std::string text = numbered(0, 1000);
  print(bench, out, text);
  CHECK(bench.log("web.out.log") == text);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].find("cannot rotate log") == 0);
  bench.now.wall = bench.now.wall + std::chrono::seconds{11};
  print(bench, out, "more\n");
  CHECK(failures.size() == 2);
}

TEST_CASE("after a cut there is no new log before its first byte") {
  RotationBench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
  print(bench, out, std::string(kSize, 'x') + "\n");
  CHECK(bench.archives("web.out.log").size() == 1);
  CHECK(!bench.folder.has("log/web.out.log"));
  CHECK(!bench.folder.has("log/web.out.log.idx"));
  print(bench, out, "next\n");
  CHECK(bench.log("web.out.log") == "next\n");
}

TEST_CASE("a turn has few cuts, so that other pipes have theirs, and a drain takes all") {
  RotationBench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web", rotating(kSize));
  const std::string text = numbered(0, 1000);
  put(out.get(), text);
  bench.loop.run_once(true);
  CHECK(bench.rotations.size() == 4);
  bench.capture->drain(RunId{1});
  CHECK(bench.everything("web.out.log") == text);
  CHECK(bench.rotations.size() > 8);
}
