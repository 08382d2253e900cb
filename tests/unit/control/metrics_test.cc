// metrics.read.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "control/metrics_counts.h"
#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

std::map<std::string, Json> families_of(Rig& rig) {
  Peer peer(rig);
  std::map<std::string, Json> families;
  const Json answer = peer.ask("metrics.read");
  for (const auto& family : answer["result"]["families"])
    families[family["name"].get<std::string>()] = family["samples"];
  return families;
}

runtime::Event started(const std::string& instance, const std::string& cause) {
  runtime::Event event;
  event.kind = EventKind::ServiceStarted;
  event.instance = instance;
  event.data = {{"cause", cause}};
  return event;
}

TEST_CASE("every instance has its samples, with its labels") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  const auto backend = rig.world.controller().instances().front();
  rig.usage.of[backend].memory_bytes = 4096;
  const auto families = families_of(rig);
  const Json& up = families.at("mainstay_service_up");
  REQUIRE(up.size() == 4);
  CHECK(up[0]["labels"] == Json{{"service", "backend"}, {"instance", "0"}});
  CHECK(up[0]["value"] == 1);
  CHECK(families.at("mainstay_service_state").size() == 4 * 8);
  CHECK(families.at("mainstay_service_memory_bytes").size() == 1);
  CHECK(families.at("mainstay_build_info")[0]["labels"].contains("version"));
  CHECK(families.at("mainstay_supervisor_loop_lag_seconds")[0]["value"] >= 0);
}

TEST_CASE("restarts are counted by their cause, and first starts are none") {
  control::MetricsCounts counts;
  for (const char* cause : {"autostart", "asked for", "restart after an unstable run",
                            "restart after an unstable run", "restart asked for"})
    counts.on_event(started("backend", cause));
  CHECK(counts.restarts().at("backend") ==
        control::MetricsCounts::Restarts{{"crash", 2}, {"asked", 1}});
}

TEST_CASE("looks fall into buckets") {
  control::MetricsCounts counts;
  counts.looked("backend:0/http", true, 1ms);
  counts.looked("backend:0/http", true, 3ms);
  counts.looked("backend:0/http", false, 60s);
  const auto& looks = counts.looks().at("backend:0/http");
  CHECK(looks.within[0] == 1);
  CHECK(looks.within[1] == 1);
  CHECK(looks.answered == 3);
  CHECK(looks.failures == 1);
  CHECK(looks.total == 60s + 4ms);
}

}  // namespace
}  // namespace mainstay::test
