// Capture on real pipes and a real loop: bytes, fairness, ends.
#include <sys/wait.h>

#include <fmt/format.h>

#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes.push_back(static_cast<char>(i));
  return bytes;
}

}  // namespace

TEST_CASE("every byte value arrives as it was printed, also without a newline at the end") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  const std::string printed = every_byte() + std::string(3, '\0') + "no newline";
  put(out.get(), printed);
  bench.turn_until([&] { return bench.size("web.out.log") == printed.size(); });
  CHECK(bench.log("web.out.log") == printed);
}

TEST_CASE("stdout and stderr go to two files, merged ones to one in exact order") {
  Bench bench;
  Pipe out;
  Pipe err;
  bench.capture->attach(RunId{1}, "two", {}, {std::move(out.read), std::move(err.read)});
  put(out.write.get(), "to out\n");
  put(err.write.get(), "to err\n");
  model::LogSpec merged;
  merged.merge = true;
  const UniqueFd both = bench.attach_out(RunId{2}, "one", merged);
  put(both.get(), "first\n");
  put(both.get(), "second\n");
  bench.capture->drain(RunId{1});
  bench.capture->drain(RunId{2});
  CHECK(bench.log("two.out.log") == "to out\n");
  CHECK(bench.log("two.err.log") == "to err\n");
  CHECK(bench.log("one.log") == "first\nsecond\n");
}

TEST_CASE("a stream that is not kept is read and thrown away, so that its writer never blocks") {
  Bench bench;
  model::LogSpec spec;
  spec.stdout_on = false;
  const UniqueFd out = bench.attach_out(RunId{1}, "quiet", spec);
  fcntl(out.get(), F_SETFL, O_NONBLOCK);
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 4; ++i) {
    put(out.get(), block);
    bench.capture->drain(RunId{1});
  }
  CHECK(std::filesystem::is_empty(bench.folder / "log"));
  CHECK(bench.capture->counts().bytes == 0);
}

TEST_CASE("an idle service has no log file, an active one gets it with its first byte") {
  Bench bench;
  std::vector<UniqueFd> outs;
  for (std::uint64_t run = 1; run <= 100; ++run)
    outs.push_back(bench.attach_out(RunId{run}, fmt::format("s{}", run)));
  bench.loop.run_once(false);
  CHECK(bench.capture->counts().pipes == 100);
  CHECK(bench.capture->counts().open_files == 0);
  CHECK(std::filesystem::is_empty(bench.folder / "log"));
  put(outs[41].get(), "x");
  bench.turn_until([&] { return bench.folder.has("log/s42.out.log"); });
  CHECK(bench.capture->counts().open_files == 1);
  struct stat info {};
  REQUIRE(stat((bench.folder / "log/s42.out.log").c_str(), &info) == 0);
  CHECK((info.st_mode & 0137) == 0);
}

TEST_CASE("with many active logs only the most recent ones stay open, and none loses a byte") {
  CaptureOptions options;
  options.max_open_files = 3;
  Bench bench{options};
  std::vector<UniqueFd> outs;
  for (std::uint64_t run = 1; run <= 10; ++run)
    outs.push_back(bench.attach_out(RunId{run}, fmt::format("s{}", run)));
  std::string expected;
  for (int round = 0; round < 5; ++round) {
    const std::string line = fmt::format("round {}\n", round);
    expected += line;
    for (std::uint64_t run = 1; run <= 10; ++run) {
      put(outs[run - 1].get(), line);
      bench.capture->drain(RunId{run});
    }
    CHECK(bench.capture->counts().open_files == 3);
  }
  for (int run = 1; run <= 10; ++run)
    CHECK(bench.log(fmt::format("s{}.out.log", run)) == expected);
}

TEST_CASE("the next run of an instance goes on at the end of the file") {
  Bench bench;
  for (std::uint64_t run = 1; run <= 3; ++run) {
    const UniqueFd out = bench.attach_out(RunId{run}, "web");
    put(out.get(), fmt::format("run {}\n", run));
    bench.capture->drain(RunId{run});
  }
  CHECK(bench.log("web.out.log") == "run 1\nrun 2\nrun 3\n");
}

TEST_CASE("drain moves all that was printed before the exit, in one call") {
  Bench bench;
  UniqueFd out = bench.attach_out(RunId{1}, "web");
  const std::string last_words(60'000, 'w');
  put(out.get(), last_words);
  out.reset();
  bench.capture->drain(RunId{1});
  CHECK(bench.log("web.out.log") == last_words);
  CHECK_FALSE(bench.capture->is_open(RunId{1}));
  CHECK(bench.capture->counts().pipes == 0);
}

TEST_CASE("drain ends although a grandchild goes on writing as fast as it can") {
  Bench bench;
  UniqueFd out = bench.attach_out(RunId{1}, "web");
  put(out.get(), "last words\n");
  const pid_t writer = in_child([&] {
    const std::string block(4096, 'y');
    while (::write(out.get(), block.data(), block.size()) > 0) {
    }
  });
  out.reset();
  bench.capture->drain(RunId{1});
  const std::uint64_t drained = bench.size("web.out.log");
  CHECK(drained <= 64 * 1024 + 256 * 1024);
  CHECK(bench.log("web.out.log").substr(0, 11) == "last words\n");
  CHECK(bench.capture->counts().lingering == 1);
  bench.turn_until([&] { return bench.size("web.out.log") > drained; });  // drained on
  kill(writer, SIGKILL);
  reap(writer);
  bench.turn_until([&] { return !bench.capture->is_open(RunId{1}); });
  CHECK(bench.capture->counts().lingering == 0);
}

TEST_CASE(
    "a lingering pipe of an old run and the pipe of the new run share the file without loss") {
  Bench bench;
  const UniqueFd old_out = bench.attach_out(RunId{1}, "web");
  bench.capture->drain(RunId{1});
  const UniqueFd new_out = bench.attach_out(RunId{2}, "web");
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    put(old_out.get(), "old\n");
    bench.capture->drain(RunId{1});
    put(new_out.get(), "new\n");
    bench.capture->drain(RunId{2});
    expected += "old\nnew\n";
  }
  CHECK(bench.log("web.out.log") == expected);
}

TEST_CASE("the end of a pipe is told once, when the last of the run's pipes has ended") {
  Bench bench;
  std::vector<std::uint64_t> ended;
  bench.capture->set_on_end([&](RunId run) { ended.push_back(run.value); });
  Pipe out;
  Pipe err;
  bench.capture->attach(RunId{7}, "web", {}, {std::move(out.read), std::move(err.read)});
  out.write.reset();  // "closes stdout" is no exit
  bench.turn_until([&] { return bench.capture->counts().pipes == 1; });
  CHECK(ended.empty());
  CHECK(bench.capture->is_open(RunId{7}));
  put(err.write.get(), "still here\n");
  err.write.reset();
  bench.turn_until([&] { return !ended.empty(); });
  CHECK(ended == std::vector<std::uint64_t>{7});
  CHECK(bench.log("web.err.log") == "still here\n");
}

TEST_CASE("forget closes the pipes at once") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  bench.capture->forget(RunId{1});
  CHECK_FALSE(bench.capture->is_open(RunId{1}));
  CHECK(bench.capture->counts().pipes == 0);
}

TEST_CASE("a pipe that is always full does not keep quiet ones waiting") {
  Bench bench;
  UniqueFd loud = bench.attach_out(RunId{1}, "loud");
  const pid_t writer = in_child([&] {
    const std::string block(64 * 1024, 'y');
    while (::write(loud.get(), block.data(), block.size()) > 0) {
    }
  });
  loud.reset();
  bench.turn_until([&] { return bench.size("loud.out.log") > 1024 * 1024; });

  std::vector<UniqueFd> quiet;
  for (std::uint64_t run = 2; run <= 21; ++run)
    quiet.push_back(bench.attach_out(RunId{run}, fmt::format("quiet{}", run)));
  for (const UniqueFd& out : quiet)
    put(out.get(), "hello\n");
  const auto before = bench.capture->counts();
  bench.loop.run_once(true);  // may have been collected before they were attached
  bench.loop.run_once(true);
  const auto after = bench.capture->counts();
  for (int run = 2; run <= 21; ++run)
    CHECK(bench.log(fmt::format("quiet{}.out.log", run)) == "hello\n");
  const std::uint64_t loud_turns = after.turns - before.turns - quiet.size();
  CHECK(after.bytes - before.bytes <= 20 * 6 + loud_turns * 256 * 1024);
  CHECK(loud_turns <= 2);
  kill(writer, SIGKILL);
  reap(writer);
}

TEST_CASE("busy pipes grow, but only as many as the budget allows") {
  CaptureOptions options;
  options.max_grown_pipes = 1;
  Bench bench{options};
  std::vector<UniqueFd> outs;
  for (std::uint64_t run = 1; run <= 3; ++run)
    outs.push_back(bench.attach_out(RunId{run}, fmt::format("s{}", run)));
  const std::string block(64 * 1024, 'x');
  for (int round = 0; round < 6; ++round) {
    for (std::uint64_t run = 1; run <= 3; ++run) {
      put(outs[run - 1].get(), block);
      bench.capture->drain(RunId{run});
    }
  }
  CHECK(bench.capture->counts().grown == 1);
  CHECK(fcntl(outs[0].get(), F_GETPIPE_SZ) == 1024 * 1024);
  CHECK(fcntl(outs[1].get(), F_GETPIPE_SZ) == 64 * 1024);
  outs[0].reset();
  bench.turn_until([&] { return bench.capture->counts().pipes == 2; });
  CHECK(bench.capture->counts().grown == 0);
}

TEST_CASE("growth is told with the file's name") {
  Bench bench;
  std::vector<std::string> grown;
  bench.capture->set_on_growth([&](const std::string& file) { grown.push_back(file); });
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  put(out.get(), "x\n");
  bench.capture->drain(RunId{1});
  CHECK(grown == std::vector<std::string>{"web.out.log"});
}

TEST_CASE("without splice the same bytes arrive by read and write") {
  CaptureOptions options;
  options.splice = false;
  Bench bench{options};
  UniqueFd out = bench.attach_out(RunId{1}, "web");
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    const std::string piece = every_byte() + std::string(20'000, static_cast<char>('a' + i % 26));
    put(out.get(), piece);
    expected += piece;
    bench.capture->drain(RunId{1});
  }
  out.reset();
  bench.turn_until([&] { return !bench.capture->is_open(RunId{1}); });
  CHECK(bench.log("web.out.log") == expected);
}
