#include "history/history.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "history/schema.h"
#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

struct Rig {
  explicit Rig(HistoryOptions options = {}) { begin(std::move(options)); }

  void begin(HistoryOptions options = {}) {
    options.state_dir = state_dir;
    options.first_retry = std::chrono::milliseconds{1};
    history.emplace(loop, options, [this](const std::string& text) { notices.push_back(text); });
    history->on_stored([this](std::uint64_t newest) { stored.push_back(newest); });
  }
  void event(std::uint64_t id) {
    runtime::Event event = exited({{"code", "1"}});
    event.id = id;
    history->on_event(event);
  }
  // What is kept, or why that cannot be told.
  Result<std::vector<runtime::Event>> events() {
    std::optional<Result<std::vector<runtime::Event>>> found;
    history->events({}, [&](auto answer) { found = std::move(answer); });
    while (!found)
      loop.run_once(true);
    return *found;
  }
  std::size_t count() {
    const auto found = events();
    REQUIRE_MESSAGE(found, found.error().message);
    return found->size();
  }
  // Turns until all is written or given up.
  void run() { loop.run(); }

  test::TempFolder folder;
  fs::path state_dir = folder.path();
  io::Loop loop;
  std::vector<std::string> notices;
  std::vector<std::uint64_t> stored;
  std::optional<History> history;
};

}  // namespace

TEST_CASE("what happens together is written together, and then nothing more is done") {
  Rig rig;
  for (std::uint64_t id = 1; id <= 20; ++id)
    rig.event(id);
  CHECK_FALSE(fs::exists(rig.folder.path() / kDatabaseFile));
  rig.run();  // ends: no timer is left
  CHECK(rig.stored == std::vector<std::uint64_t>{20});
  rig.history->close();
  rig.begin();
  CHECK(rig.count() == 20);
  CHECK(*rig.history->last_event() == 20);
  CHECK(rig.notices.empty());
}

TEST_CASE("a question sees what was added before it") {
  Rig rig;
  rig.event(1);
  CHECK(rig.count() == 1);
  rig.event(2);
  rig.history->add(example());
  std::size_t crashes = 0;
  rig.history->crashes("backend", [&](const auto& found) { crashes = found->size(); });
  CHECK(rig.count() == 2);
  CHECK(crashes == 1);
}

TEST_CASE("close writes what waits, and what a worker had not begun") {
  Rig rig;
  for (std::uint64_t id = 1; id <= 2000; ++id)
    rig.event(id);  // many: a worker is on its way
  rig.history->close();
  rig.run();  // what the worker had written by then is told of only now
  REQUIRE_FALSE(rig.stored.empty());
  CHECK(*std::ranges::max_element(rig.stored) == 2000);
  CHECK(rig.history->status().state == HistoryState::Off);
  rig.event(2001);
  rig.run();
  CHECK_FALSE(rig.events());
  rig.begin();
  CHECK(rig.count() == 1000);  // of one answer
  CHECK(*rig.history->last_event() == 2000);
}

TEST_CASE("what cannot be written waits and is said once, and it goes on by itself") {
  Rig rig;
  rig.history->close();
  rig.state_dir = rig.folder.path() / "later";
  rig.begin();
  rig.event(1);
  while (rig.history->status().state != HistoryState::Paused)
    rig.loop.run_once(true);
  CHECK(rig.history->status().reason.find("later/mainstay.db") != std::string::npos);
  REQUIRE(rig.notices.size() == 1);
  CHECK(rig.notices[0].find("the history is paused: ") == 0);
  rig.event(2);
  CHECK_FALSE(rig.events());
  fs::create_directory(rig.state_dir);
  rig.run();
  CHECK(rig.history->status().state == HistoryState::On);
  CHECK(rig.count() == 2);
  REQUIRE(rig.notices.size() == 2);
  CHECK(rig.notices[1] == "the history goes on");
}

TEST_CASE("what there was no room for is counted when it goes on") {
  Rig rig;
  rig.history->close();
  rig.state_dir = rig.folder.path() / "later";
  rig.begin({.limits = {.events = 8}});
  for (std::uint64_t id = 1; id <= 100; ++id)
    rig.event(id);
  while (rig.history->status().state != HistoryState::Paused)
    rig.loop.run_once(true);
  fs::create_directory(rig.state_dir);
  rig.run();
  CHECK(rig.count() == 8);
  CHECK(rig.stored.back() == 100);
  CHECK(rig.notices.back() ==
        "the history goes on; 92 events, 0 rounds of samples and 0 crash records were not kept");
}

TEST_CASE("with the file of a newer program there is no history, and that is said once") {
  Rig rig;
  rig.event(1);
  rig.history->close();
  {
    auto database = Database::open(rig.folder.path() / kDatabaseFile);
    REQUIRE(database);
    REQUIRE(database->set_version(kSchemaVersion + 1));
  }
  rig.begin();
  rig.event(2);
  rig.run();
  rig.event(3);
  rig.run();
  CHECK(rig.history->status().state == HistoryState::Off);
  REQUIRE(rig.notices.size() == 1);
  CHECK(rig.notices[0].find("there is no history: ") == 0);
  CHECK(rig.notices[0].find("newer program") != std::string::npos);
  const auto refused = rig.events();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("newer program") != std::string::npos);
}

TEST_CASE("a history that is off keeps nothing, and says why") {
  Rig rig({.off = "drain mode"});
  rig.event(1);
  rig.history->add(example());
  rig.run();
  CHECK(rig.events().error().message == "there is no history: drain mode");
  CHECK_FALSE(fs::exists(rig.folder.path() / kDatabaseFile));
  rig.history->close();
}

TEST_CASE("too many questions at once are refused") {
  Rig rig;
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 200; ++i) {
    rig.history->crashes("backend", [&](const auto& found) { ++(found ? answered : refused); });
  }
  rig.run();
  CHECK(answered + refused == 200);
  CHECK(refused > 0);
  CHECK(answered >= 64);
}

TEST_CASE("a history that goes while a worker is busy is not called back") {
  std::size_t answered = 0;
  {
    test::TempFolder folder;
    io::Loop loop;
    {
      History history{loop, {.state_dir = folder.path()}, [](const std::string&) {}};
      history.crashes("backend", [&](const auto&) { ++answered; });
    }
  }
  CHECK(answered == 0);
}

}  // namespace mainstay::history
