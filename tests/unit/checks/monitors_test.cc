#include "checks/monitors.h"

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

struct KeptRecords final : runtime::StateStore {
  void put(std::uint32_t slot, std::string_view record) override {
    REQUIRE(record.size() <= kMaxRecord);
    records[slot] = record;
  }
  void erase(std::uint32_t slot) override { records.erase(slot); }
  std::vector<std::pair<std::uint32_t, std::string>> all() const {
    return {records.begin(), records.end()};
  }
  std::map<std::uint32_t, std::string> records;
};

model::MonitorSpec monitor(const std::string& name) {
  model::MonitorSpec spec{name, "/", {}};
  model::HttpProbe probe;
  probe.url.text = "http://user:secret@db/health";
  spec.check.probe = probe;
  spec.check.interval = 10ms;
  spec.check.failures = 2;
  return spec;
}

// Monitors over the fake gateway.
struct Watch {
  explicit Watch(Rig& rig_in, KeptRecords& kept_in, std::vector<std::string> names = {"db"})
      : rig(rig_in), kept(kept_in) {
    for (const std::string& name : names)
      specs.push_back(monitor(name));
    engine.emplace(rig.means, [](const runtime::RunnerEvent&) {});
    monitors.emplace(*engine, specs, kept,
                     [this](EventKind kind, std::map<std::string, std::string> data) {
                       events.emplace_back(kind, std::move(data));
                     });
  }
  // The next look is answered so.
  void answer(HttpVerdict verdict, const std::string& message = "") {
    const std::size_t asked = answered + 1;
    REQUIRE(rig.until([&] { return rig.http.waiting.contains(asked); }));
    answered = asked;
    HttpOutcome outcome;
    outcome.verdict = verdict;
    outcome.message = message;
    outcome.total = 3ms;
    rig.http.answer(asked, outcome);
  }
  MonitorStatus status() const { return monitors->list(io::read_clocks()).at(0); }

  Rig& rig;
  KeptRecords& kept;
  std::size_t answered = rig.http.asked.size();
  std::vector<model::MonitorSpec> specs;
  std::optional<Engine> engine;
  std::optional<Monitors> monitors;
  std::vector<std::pair<EventKind, std::map<std::string, std::string>>> events;
};

TEST_CASE("a monitor is down after its failures in a row, and up again when it passes") {
  Rig rig;
  KeptRecords kept;
  Watch watch{rig, kept};
  watch.monitors->begin();
  CHECK(watch.status().state.health == Health::Unknown);
  watch.answer(HttpVerdict::Passed);
  CHECK(watch.status().since.has_value());
  CHECK(watch.events.empty());  // it was never down
  watch.answer(HttpVerdict::Failed, "status 500");
  CHECK_FALSE(watch.status().down);
  watch.answer(HttpVerdict::Unknown, "the gateway has died");
  watch.answer(HttpVerdict::Failed, "status 503");
  CHECK(watch.status().down);
  REQUIRE(watch.events.size() == 1);
  CHECK(watch.events[0].first == EventKind::MonitorDown);
  CHECK(watch.events[0].second == std::map<std::string, std::string>{{"monitor", "db"},
                                                                     {"check", "http"},
                                                                     {"target", "http://db/health"},
                                                                     {"latency_ms", "3"},
                                                                     {"failures", "2"},
                                                                     {"error", "status 503"}});
  watch.answer(HttpVerdict::Failed, "status 503");
  watch.answer(HttpVerdict::Unknown, "the gateway has died");
  CHECK(watch.status().down);
  CHECK(watch.events.size() == 1);
  watch.answer(HttpVerdict::Passed);
  REQUIRE(watch.events.size() == 2);
  CHECK(watch.events[1].first == EventKind::MonitorUp);
  CHECK_FALSE(watch.status().down);
}

TEST_CASE("after its end nothing is looked at any more") {
  Rig rig;
  KeptRecords kept;
  Watch watch{rig, kept};
  watch.monitors->begin();
  REQUIRE(rig.until([&] { return rig.http.asked.size() == 1; }));
  watch.monitors->end();
  CHECK(rig.http.cancelled == 1);
  CHECK(watch.status().name == "db");
}

TEST_CASE("the latest looks are kept, with their time, and each is told") {
  Rig rig;
  KeptRecords kept;
  Watch watch{rig, kept};
  std::size_t told = 0;
  watch.monitors->on_look([&](const std::string& name, const policy::CheckResult& result) {
    CHECK(name == "db");
    CHECK(result.verdict == (told < 5 ? CheckVerdict::Failed : CheckVerdict::Passed));
    ++told;
  });
  watch.monitors->begin();
  for (std::size_t i = 0; i < Monitors::kKeptLooks + 3; ++i)
    watch.answer(i < 5 ? HttpVerdict::Failed : HttpVerdict::Passed, "x");
  CHECK(told == Monitors::kKeptLooks + 3);
  const auto& history = *watch.status().history;
  CHECK(history.size() == Monitors::kKeptLooks);
  CHECK(history[1].verdict == CheckVerdict::Failed);
  CHECK(history[2].verdict == CheckVerdict::Passed);
  CHECK(history[2].latency == 3ms);
}

TEST_CASE("a new controller tells neither down nor up again") {
  Rig rig;
  KeptRecords kept;
  kept.put(7, "somebody else's");
  for (const bool down : {true, false}) {
    auto former = std::make_unique<Watch>(rig, kept);
    former->monitors->restore(kept.all());
    former->monitors->begin();
    former->answer(down ? HttpVerdict::Failed : HttpVerdict::Passed, "x");
    former->answer(down ? HttpVerdict::Failed : HttpVerdict::Passed, "x");
    CHECK(former->status().down == down);
    const auto since = former->status().since;
    former.reset();
    Watch next{rig, kept};
    next.monitors->restore(kept.all());
    next.monitors->begin();
    CHECK(next.status().down == down);
    CHECK(next.status().since == since);
    next.answer(down ? HttpVerdict::Failed : HttpVerdict::Passed, "x");
    CHECK(next.events.empty());
  }
  CHECK(kept.records.at(7) == "somebody else's");
}

TEST_CASE("a controller that only watches over what runs leaves the records to the next one") {
  Rig rig;
  KeptRecords kept;
  auto former = std::make_unique<Watch>(rig, kept);
  former->monitors->begin();
  former->answer(HttpVerdict::Failed, "x");
  former->answer(HttpVerdict::Failed, "x");
  former.reset();
  Watch draining{rig, kept};
  draining.monitors->restore(kept.all());
  Watch next{rig, kept};
  next.monitors->restore(kept.all());
  next.monitors->begin();
  CHECK(next.status().down);
}

TEST_CASE("records go by name: what is not declared any more is forgotten") {
  Rig rig;
  KeptRecords kept;
  {
    Watch former{rig, kept, {"db", "cache"}};
    former.monitors->begin();
    CHECK(kept.records.size() == 2);
  }
  kept.put(Monitors::kFirstSlot + 5, "nonsense");
  Watch next{rig, kept, {"cache"}};
  next.monitors->restore(kept.all());
  next.monitors->begin();
  REQUIRE(kept.records.size() == 1);
  CHECK(decode_monitor(kept.records.at(Monitors::kFirstSlot))->name == "cache");
}

TEST_CASE("a record comes back as it was, with what there is room for of the error") {
  MonitorRecord record;
  record.name = std::string(64, 'n');
  record.state.health = Health::Unhealthy;
  record.state.failures = 3;
  record.state.last_good = MonoTime{5s};
  record.state.latency = 7ms;
  record.state.last_error = "refused";
  record.down = true;
  record.since = WallTime{9s};
  const auto back = decode_monitor(encode(record));
  REQUIRE(back);
  CHECK(back->state == record.state);
  CHECK(back->down);
  CHECK(back->since == record.since);
  record.state.last_error.assign(5000, 'x');
  const std::string bytes = encode(record);
  CHECK(bytes.size() <= runtime::StateStore::kMaxRecord);
  CHECK(decode_monitor(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_monitor(std::string_view{bytes}.substr(0, size)));
}

}  // namespace
}  // namespace mainstay::checks::test
