// Others rename, empty and delete logs while they are written: logrotate and people.
#include <fmt/format.h>

#include "rotation_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

struct OutsideBench : RotationBench {
  OutsideBench() : out(attach_out(RunId{1}, "web")) { print("before\n"); }

  void print(std::string_view text) {
    put(out.get(), text);
    capture->drain(RunId{1});
  }
  std::filesystem::path path(std::string_view name) const { return folder / "log" / name; }

  UniqueFd out;
};

// Runs logrotate once on the bench's log; false when it is not installed.
bool run_logrotate(const OutsideBench& bench, const std::string& directives) {
  if (std::system("command -v logrotate >/dev/null 2>&1") != 0) return false;
  bench.folder.write("logrotate.conf", fmt::format("{} {{\n  size 1\n  rotate 3\n{}}}\n",
                                                   bench.path("web.out.log").string(), directives));
  std::filesystem::permissions(bench.folder / "logrotate.conf", std::filesystem::perms{0600});
  const std::string command =
      fmt::format("logrotate -f -s {} {} 2>{}", (bench.folder / "state").string(),
                  (bench.folder / "logrotate.conf").string(), (bench.folder / "said").string());
  REQUIRE_MESSAGE(std::system(command.c_str()) == 0, bench.folder.read("said"));
  return true;
}

}  // namespace

TEST_CASE("a log that was renamed, with a new one in its place, goes on in the new one") {
  OutsideBench bench;
  if (!run_logrotate(bench, "  create 0640\n")) {
    MESSAGE("logrotate is not installed: by hand");
    std::filesystem::rename(bench.path("web.out.log"), bench.path("web.out.log.1"));
    bench.folder.write("log/web.out.log", "");
  }
  bench.print("after\n");
  CHECK(bench.log("web.out.log.1") == "before\n");
  CHECK(bench.log("web.out.log") == "after\n");
  REQUIRE(bench.rotations.size() == 1);
  CHECK(bench.rotations[0].archive == "web.out.log.1");
  CHECK(bench.rotations[0].cause == RotationCause::Outside);
}

TEST_CASE("a log that was copied and emptied goes on at its beginning") {
  OutsideBench bench;
  if (!run_logrotate(bench, "  copytruncate\n")) {
    MESSAGE("logrotate is not installed: by hand");
    std::filesystem::copy_file(bench.path("web.out.log"), bench.path("web.out.log.1"));
    std::filesystem::resize_file(bench.path("web.out.log"), 0);
  }
  bench.print("after\n");
  CHECK(bench.log("web.out.log.1") == "before\n");
  CHECK(bench.log("web.out.log") == "after\n");
  CHECK(bench.capture->counts().truncations == 1);
  CHECK(bench.rotations.empty());
}

TEST_CASE("a log that was only renamed, or deleted, is made again with the next byte") {
  OutsideBench bench;
  std::filesystem::rename(bench.path("web.out.log"), bench.path("kept"));
  bench.print("after\n");
  CHECK(bench.log("kept") == "before\n");
  CHECK(bench.log("web.out.log") == "after\n");
  std::filesystem::remove(bench.path("web.out.log"));
  bench.print("again\n");
  CHECK(bench.log("web.out.log") == "again\n");
  REQUIRE(bench.rotations.size() == 2);
  CHECK(bench.rotations[0].archive == "kept");
  CHECK(bench.rotations[1].archive.empty());
}

TEST_CASE("who renames a log has time to put a new one in its place") {
  for (const bool text : {false, true}) {
    OutsideBench bench;
    model::LogSpec spec;
    if (text) spec.format = model::LogFormat::Text;
    const UniqueFd out = bench.attach_out(RunId{2}, "late", spec);
    put(out.get(), "before\n");
    bench.turn_until([&] { return bench.size("late.out.log") > 0; });
    std::filesystem::rename(bench.path("late.out.log"), bench.path("late.out.log.1"));
    put(out.get(), "after\n");
    for (int turn = 0; turn < 5; ++turn) {
      bench.loop.run_once(true);
      REQUIRE_FALSE(
          std::filesystem::exists(bench.path("late.out.log")));  // logrotate would move it
    }
    CHECK(bench.capture->troubles().empty());
    bench.folder.write("log/late.out.log", "");
    bench.turn_until([&] { return bench.size("late.out.log") > 0; });
    CHECK(bench.log("late.out.log.1").ends_with("before\n"));
    CHECK(bench.log("late.out.log").ends_with("after\n"));
    REQUIRE(bench.rotations.size() == 1);
    CHECK(bench.rotations[0].archive == "late.out.log.1");
    put(out.get(), "next\n");  // it is watched again
    bench.turn_until([&] { return bench.log("late.out.log").ends_with("next\n"); });
  }
}

TEST_CASE("a new log that nobody makes is made after a moment, or at once by last words") {
  OutsideBench bench;
  const auto rename_and_print = [&](const char* line) {
    std::filesystem::rename(bench.path("web.out.log"), bench.path("kept"));
    put(bench.out.get(), line);
    bench.loop.run_once(true);
    REQUIRE_FALSE(std::filesystem::exists(bench.path("web.out.log")));
  };
  rename_and_print("first\n");
  bench.turn_until([&] { return bench.log("web.out.log") == "first\n"; });
  rename_and_print("second\n");
  bench.capture->drain(RunId{1});
  CHECK(bench.log("web.out.log") == "second\n");
  rename_and_print("third\n");
  bench.out.reset();
  bench.turn_until([&] { return !bench.capture->is_open(RunId{1}); });
  CHECK(bench.log("web.out.log") == "third\n");
}

TEST_CASE("a run can be forgotten while a new log is waited for") {
  OutsideBench bench;
  std::filesystem::rename(bench.path("web.out.log"), bench.path("kept"));
  put(bench.out.get(), "after\n");
  bench.loop.run_once(true);
  bench.capture->forget(RunId{1});
  CHECK(bench.capture->counts().pipes == 0);
}

TEST_CASE("a log that was moved out of the directory is not looked for elsewhere") {
  OutsideBench bench;
  std::filesystem::rename(bench.path("web.out.log"), bench.folder / "elsewhere");
  bench.print("after\n");
  REQUIRE(bench.rotations.size() == 1);
  CHECK(bench.rotations[0].archive.empty());
  CHECK(bench.log("web.out.log") == "after\n");
}

TEST_CASE("what is put in the place of a log that is no file is not written to") {
  OutsideBench bench;
  bench.folder.write("victim", "untouched");
  std::filesystem::remove(bench.path("web.out.log"));
  std::filesystem::create_symlink(bench.folder / "victim", bench.path("web.out.log"));
  bench.print("after\n");
  CHECK(bench.folder.read("victim") == "untouched");
  REQUIRE(bench.capture->troubles().size() == 1);
  std::filesystem::remove(bench.path("web.out.log"));
  bench.turn_until([&] { return bench.capture->troubles().empty(); });
  CHECK(bench.log("web.out.log") == "after\n");
}
