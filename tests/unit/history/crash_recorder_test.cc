#include "history/crash_recorder.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "io/clock.h"
#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

struct RecorderRig {
  explicit RecorderRig(std::size_t queue = 4) {
    services.resize(1);
    services[0].name = "backend";
    fs::create_directory(folder.path() / "log");
    fs::permissions(folder.path() / "log", fs::perms::owner_all);
    recorder.emplace(loop, RecorderOptions{folder.path() / "log", queue}, services, trees,
                     [this](CrashRecord record) { kept.insert(kept.begin(), std::move(record)); });
    recorder->begin();
  }
  void crash(std::uint64_t run, const std::string& service = "backend") {
    runtime::Event event =
        exited({{"cause", "exited"}, {"code", "1"}, {"run", std::to_string(run)}, {"pid", "1"}});
    event.service = service;
    recorder->on_event(event);
  }
  void turn_until_idle() {
    loop.run();  // until no work is left
  }
  // The newest first.
  const std::vector<CrashRecord>& records() const { return kept; }

  test::TempFolder folder;
  io::Loop loop;
  process::ProcessTrees trees{loop, {folder.path().string(), getpid(), false, false}};
  std::vector<model::ServiceSpec> services;
  std::vector<CrashRecord> kept;
  std::optional<CrashRecorder> recorder;
};

}  // namespace

TEST_CASE("of an abnormal end there is a record, of a normal one there is none") {
  RecorderRig rig;
  std::ofstream{rig.folder.path() / "log" / "backend.err.log"} << "boom\n";
  runtime::Event event = exited({{"cause", "exited"}, {"code", "1"}, {"pid", "1"}});
  event.at = kNoon + std::chrono::hours{24 * 365 * 50};
  event.data["run_ms"] = "1600000000000";
  rig.recorder->on_event(event);
  rig.recorder->on_event(exited({{"cause", "exited"}, {"code", "0"}}));
  rig.recorder->on_event(exited({{"cause", "stopped"}, {"signal", "TERM"}}));
  rig.turn_until_idle();
  const auto records = rig.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0].code == 1);
  REQUIRE(records[0].output.size() == 1);
  CHECK(records[0].output[0].lines == std::vector<std::string>{"boom"});
}

TEST_CASE("what was captured when the end before was noticed is of the run before") {
  RecorderRig rig;
  const auto end = [&](WallTime at, const char* code) {
    runtime::Event event = exited({{"cause", "exited"}, {"code", code}, {"pid", "1"}});
    event.at = at;
    event.data["run_ms"] = "1";
    rig.recorder->on_event(event);
    rig.turn_until_idle();
  };
  std::ofstream{rig.folder.path() / "log" / "backend.err.log"} << "of the first\n";
  const WallTime captured = io::read_clocks().wall;
  end(captured, "0");  // a normal end counts too
  end(captured + std::chrono::milliseconds{20}, "1");
  CHECK(rig.records()[0].output.empty());
}

TEST_CASE("what does not fit in the queue is counted in the next record") {
  RecorderRig rig(2);
  // The first goes to the worker at once, two wait, the others do not fit.
  for (std::uint64_t run = 1; run <= 6; ++run)
    rig.crash(run);
  rig.turn_until_idle();
  rig.crash(7);
  rig.turn_until_idle();
  const auto records = rig.records();
  REQUIRE(records.size() == 4);
  CHECK(records[0].run == RunId{7});
  CHECK(records[0].left_out == 3);
  CHECK(records[1].run == RunId{3});
  CHECK(records[1].left_out == 0);
}

TEST_CASE("close makes records of what is still in the queue") {
  RecorderRig rig;
  for (std::uint64_t run = 1; run <= 4; ++run)
    rig.crash(run);
  rig.recorder->close();
  CHECK(rig.records().size() == 4);
  rig.turn_until_idle();
  CHECK(rig.records().size() == 4);
}

TEST_CASE("a service that is not declared has no record") {
  RecorderRig rig;
  rig.crash(1, "../backend");
  rig.turn_until_idle();
  CHECK(rig.records().empty());
}

}  // namespace mainstay::history
