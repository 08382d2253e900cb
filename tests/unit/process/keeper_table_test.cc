// The keeper's table and store, against what maps would do.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "keeper/store.h"
#include "keeper/table.h"

using namespace mainstay::keeper;

namespace {

SlotId add(Table& table, std::uint64_t token, int pid) {
  const SlotId id = table.take();
  if (id == kNoSlot) return id;
  table.at(id).run.token = token;
  table.at(id).run.pid = pid;
  table.index(id);
  return id;
}

}  // namespace

TEST_CASE("The table finds by token and pid what a map would find, over many random steps") {
  Table table;
  REQUIRE(table.valid());
  std::mt19937 random{7};
  std::map<std::uint64_t, std::pair<SlotId, int>> model;
  std::set<int> pids;
  for (int step = 0; step < 60'000; ++step) {
    // Keys from a small range and far apart ones that meet in the same cell.
    const std::uint64_t token = 1 + random() % 500 + (random() % 3) * Index::kCells;
    const int pid = static_cast<int>(1 + random() % 2000 + (random() % 2) * Index::kCells);
    if (model.contains(token)) {
      table.free(model[token].first);
      pids.erase(model[token].second);
      model.erase(token);
    } else if (!pids.contains(pid)) {
      model[token] = {add(table, token, pid), pid};
      pids.insert(pid);
    }
    const std::uint64_t probe = 1 + random() % 500 + (random() % 3) * Index::kCells;
    const auto known = model.find(probe);
    REQUIRE(table.by_token(probe) == (known == model.end() ? kNoSlot : known->second.first));
  }
  for (const auto& [token, place] : model) {
    CHECK(table.by_token(token) == place.first);
    CHECK(table.by_pid(place.second) == place.first);
  }
  CHECK(table.size() == model.size());
}

TEST_CASE("The table takes what it is made for and not one run more") {
  Table table;
  REQUIRE(table.valid());
  for (std::uint64_t i = 1; i <= kMaxRuns; ++i) {
    REQUIRE(add(table, i, static_cast<int>(i)) != kNoSlot);
  }
  CHECK(add(table, kMaxRuns + 1, 1) == kNoSlot);
  table.free(table.by_token(77));
  CHECK(add(table, kMaxRuns + 1, 77) != kNoSlot);
  CHECK(table.by_token(kMaxRuns) != kNoSlot);
}

TEST_CASE("Dirty slots come first come first served, once each, and all for a new controller") {
  Table table;
  const SlotId a = add(table, 1, 1);
  const SlotId b = add(table, 2, 2);
  const SlotId c = add(table, 3, 3);
  table.mark_dirty(b);
  table.mark_dirty(a);
  table.mark_dirty(b);
  CHECK(table.first_dirty() == b);
  table.clear_dirty(b);
  CHECK(table.first_dirty() == a);
  table.free(a);
  CHECK(table.first_dirty() == kNoSlot);
  table.at(b).abandoned = true;
  table.at(c).has_ended = true;
  table.reset_told();
  CHECK(table.first_dirty() == c);
  CHECK(table.at(c).tell_end);
  CHECK_FALSE(table.at(b).in_dirty);
}

TEST_CASE("A freed slot closes its descriptors") {
  Table table;
  const SlotId id = add(table, 1, 1);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  table.at(id).out = ends[0];
  table.at(id).err = ends[1];
  table.free(id);
  CHECK(fcntl(ends[0], F_GETFD) < 0);
  CHECK(fcntl(ends[1], F_GETFD) < 0);
}

TEST_CASE("The store keeps one descriptor per name, and refuses what does not fit") {
  DescriptorStore store;
  const auto fresh = [] { return open("/dev/null", O_RDONLY | O_CLOEXEC); };
  const int first = fresh();
  const int second = fresh();
  CHECK(store.store("state", first));
  CHECK(store.store("state", second));
  CHECK(fcntl(first, F_GETFD) < 0);
  REQUIRE(store.size() == 1);
  CHECK(store.at(0).fd == second);
  for (std::size_t i = 1; i < kMaxStored; ++i) {
    CHECK(store.store(std::to_string(i).c_str(), fresh()));
  }
  const int refused = fresh();
  CHECK_FALSE(store.store("one more", refused));
  CHECK(fcntl(refused, F_GETFD) < 0);
  store.drop("7");
  store.drop("not there");
  CHECK(store.size() == kMaxStored - 1);
  while (store.size() > 0)
    store.drop(std::string{store.at(0).name}.c_str());
}
