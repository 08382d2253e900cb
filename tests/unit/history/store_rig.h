// A store in a folder of its own, on a clock that the test sets.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "history/store.h"
#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

struct StoreRig {
  StoreRig() { begin(); }

  // As a controller that starts does.
  void begin() {
    store.reset();
    StoreOptions options;
    options.state_dir = folder.path();
    options.clock = [this] { return now; };
    options.tidy_every = Duration{0};
    options.wait = std::chrono::milliseconds{10};
    store = std::make_unique<Store>(options);
  }
  void advance(Duration by) { now = {now.mono + by, now.wall + by}; }

  std::filesystem::path database() const { return folder.path() / kDatabaseFile; }

  Status write(std::uint64_t event) {
    Batch batch;
    batch.events.push_back(exited({{"code", "1"}}));
    batch.events.back().id = event;
    return store->write(batch);
  }
  // The numbers of the events that are kept.
  std::vector<std::uint64_t> kept() {
    std::vector<std::uint64_t> ids;
    const auto events = store->ask([](Tables& tables) { return tables.events.query({}); });
    if (!events) return ids;
    for (const runtime::Event& event : *events)
      ids.push_back(event.id);
    return ids;
  }
  // What was set aside, without companions.
  std::vector<std::string> aside() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("mainstay.db.") && !name.ends_with("-wal") && !name.ends_with("-shm"))
        names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  test::TempFolder folder;
  Now now{{std::chrono::hours{1}}, kNoon};
  std::unique_ptr<Store> store;
};

using Numbers = std::vector<std::uint64_t>;

}  // namespace mainstay::history
