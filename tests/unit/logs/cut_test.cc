// A controller that dies in the middle of a cut: the next one finds everything, once.
#include <fmt/format.h>

#include "logs/cut.h"
#include "rotation_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

WallTime time_of_first_byte(const RotationBench& bench, const std::string& log) {
  auto index = bench.directory.open_for_reading(index_file_name(log));
  REQUIRE(index.ok());
  return IndexReader{std::move(index->fd), WallTime{}}.time_at(0);
}

}  // namespace

TEST_CASE("after a death between any two steps of a cut all bytes are there once, with times") {
  for (int died_after = 0; died_after <= kCutSteps; ++died_after) {
    CAPTURE(died_after);
    RotationBench bench;
    const std::string archive = archive_file_name("web.out.log", bench.now.wall);
    {
      const UniqueFd out = bench.attach_out(RunId{1}, "web");
      put(out.get(), "before\n");
      bench.capture->drain(RunId{1});
    }
    const WallTime first = bench.now.wall;
    for (int step = 0; step < died_after; ++step)
      REQUIRE(cut_step(step, bench.directory, "web.out.log", archive).ok());

    // The next controller.
    bench.capture = std::make_unique<Capture>(bench.loop, bench.directory, CaptureOptions{});
    const UniqueFd out = bench.attach_out(RunId{2}, "web");
    put(out.get(), "after\n");
    bench.capture->drain(RunId{2});
    const bool was_cut = died_after >= 2;
    CHECK(bench.everything("web.out.log") == "before\nafter\n");
    CHECK(bench.archives("web.out.log").size() == (was_cut ? 1 : 0));
    CHECK(time_of_first_byte(bench, was_cut ? archive : "web.out.log") == first);
    if (was_cut) CHECK(time_of_first_byte(bench, "web.out.log") > first);
  }
}

TEST_CASE("without a second name for the index it is renamed behind the log") {
  RotationBench bench;
  bench.folder.write("log/web.out.log", "one\n");
  write_index(bench.directory, "web.out.log", {{0, second(7)}});
  const std::string archive = archive_file_name("web.out.log", bench.now.wall);
  REQUIRE(cut_step(1, bench.directory, "web.out.log", archive).ok());
  REQUIRE(cut_step(2, bench.directory, "web.out.log", archive).ok());
  CHECK(time_of_first_byte(bench, archive) == second(7));
  CHECK(!bench.folder.has("log/web.out.log.idx"));
}

TEST_CASE("an index that a cut which never happened left at the name gives way") {
  RotationBench bench;
  bench.folder.write("log/web.out.log", "one\n");
  write_index(bench.directory, "web.out.log", {{0, second(7)}});
  const std::string archive = archive_file_name("web.out.log", bench.now.wall);
  bench.folder.write("log/" + index_file_name(archive), "stale");
  REQUIRE(cut_log(bench.directory, "web.out.log", archive).ok());
  CHECK(time_of_first_byte(bench, archive) == second(7));
}

TEST_CASE("a cut over an existing archive is refused and changes nothing") {
  RotationBench bench;
  bench.folder.write("log/web.out.log", "one\n");
  write_index(bench.directory, "web.out.log", {{0, second(7)}});
  const std::string archive = archive_file_name("web.out.log", bench.now.wall);
  bench.folder.write("log/" + archive, "other\n");
  const Status cut = cut_log(bench.directory, "web.out.log", archive);
  REQUIRE(!cut.ok());
  CHECK(cut.error().code == EEXIST);
  CHECK(bench.log(archive) == "other\n");
  CHECK(bench.log("web.out.log") == "one\n");
  CHECK(bench.folder.has("log/web.out.log.idx"));
}
