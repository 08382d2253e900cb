// What a thousand services cost: memory, and work for one exit, counted rather than timed.
#include <doctest/doctest.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <new>

#include "runtime/controller.h"
#include "sim/kept_events.h"

namespace {

std::size_t live_bytes = 0;
std::size_t allocations = 0;

void* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc{};
  live_bytes += malloc_usable_size(memory);
  ++allocations;
  return memory;
}

void deallocate(void* memory) {
  if (memory != nullptr) live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  deallocate(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  deallocate(memory);
}

using namespace mainstay;
using namespace mainstay::runtime;
using namespace std::chrono_literals;

namespace {

// Does nothing, and counts what it is asked for.
struct Counter final : Runner, Checks, StateStore, EventSink {
  std::vector<RunId> started;
  std::size_t deeds = 0;
  std::size_t puts = 0;

  void start(const StartRequest& request) override {
    started.push_back(request.run);
    ++deeds;
  }
  void signal_tree(RunId, int) override { ++deeds; }
  void signal_main(RunId, int) override { ++deeds; }
  void run_stop_command(const StartRequest&) override { ++deeds; }
  void kill_tree(RunId) override { ++deeds; }
  void await_tree_empty(RunId) override { ++deeds; }
  void release(RunId) override { ++deeds; }
  void await_ready(const WatchRequest&) override { ++deeds; }
  void watch_health(const WatchRequest&, bool) override { ++deeds; }
  void unwatch(RunId) override { ++deeds; }
  void put(std::uint32_t, std::string_view) override { ++puts; }
  void erase(std::uint32_t) override {}
  void on_event(const Event&) override {}
};

struct Fleet {
  Counter counter;
  sim::KeptEvents kept;
  Now now{{1h}, {1h}};
  std::size_t before = 0;
  std::unique_ptr<Controller> controller;

  explicit Fleet(std::size_t size) {
    counter.started.reserve(2 * size + 10);
    model::Ecosystem ecosystem;
    for (std::size_t i = 0; i < size; ++i) {
      ecosystem.services.emplace_back().name = "service-" + std::to_string(i);
    }
    before = live_bytes;
    controller =
        std::make_unique<Controller>(std::move(ecosystem), ControllerOptions{},
                                     Ports{counter, counter, counter, counter, counter, kept}, now);
    controller->begin(now);
    controller->settle(now);
    for (const RunId run : counter.started)
      controller->post(Spawned{run, 1, now.mono});
    controller->settle(now);
    controller->take_changed();
  }

  struct Cost {
    std::size_t allocations;
    std::size_t puts;
    std::size_t deeds;
    bool operator==(const Cost&) const = default;
  };
  // Of one crash and all that follows from it at once.
  Cost of_an_exit(std::size_t which) {
    const std::size_t puts = counter.puts;
    const std::size_t deeds = counter.deeds;
    controller->post(Exited{counter.started[which], {}, now.mono, {}, false});
    const std::size_t allocated = allocations;
    controller->settle(now);
    return {allocations - allocated, counter.puts - puts, counter.deeds - deeds};
  }
};

}  // namespace

TEST_CASE("an instance costs less than 1.5 KB beyond its spec") {
  const Fleet fleet{1000};
  const std::size_t each = (live_bytes - fleet.before) / 1000;
  std::printf("%zu bytes for each of 1,000 running instances, their start events included\n", each);
  CHECK(each < 1536);
}

TEST_CASE("an exit costs the same among 2,000 services as among 20") {
  Fleet small{20};
  Fleet large{2000};
  small.of_an_exit(7);  // queues and heaps have their first blocks then
  large.of_an_exit(7);
  const auto among_few = small.of_an_exit(8);
  const auto among_many = large.of_an_exit(8);
  CHECK(among_few.puts == 2);  // the instance's record and the controller's own
  CHECK(among_few.deeds == 1);
  CHECK(among_many.puts == among_few.puts);
  CHECK(among_many.deeds == among_few.deeds);
  CHECK(among_many.allocations <= among_few.allocations + 2);
}

TEST_CASE("a settle without news does nothing at all") {
  Fleet fleet{1000};
  const std::size_t before = allocations;
  fleet.controller->settle(fleet.now);
  CHECK(allocations == before);
  CHECK_FALSE(fleet.controller->next_deadline().has_value());
}
