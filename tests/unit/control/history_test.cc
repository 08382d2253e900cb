// history.query.
#include <doctest/doctest.h>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;
using history::Metric;
using history::SeriesKind;

Json ask(Peer& peer, Json params) {
  return peer.ask("history.query", std::move(params));
}

std::string message_of(const Json& answer) {
  REQUIRE(answer.contains("error"));
  return answer["error"]["message"];
}

}  // namespace

TEST_CASE("history.query gives the points of an instance") {
  Rig rig(declare_three);
  const WallTime at = *parse_rfc3339("2026-11-22T10:00:00Z");
  rig.samples.points["backend:0"] = {{at, 1.25, 7}, {at + 10s, 48234496.4, 1e12}};
  Peer peer(rig);
  const Json result = ask(peer, {{"targets", "backend"},
                                 {"metric", "cpu_percent"},
                                 {"from", "2026-11-22T09:00:00Z"},
                                 {"to", "2026-11-22T11:00:00Z"},
                                 {"step", "5m"}})["result"];
  CHECK(dump_json(result) ==
        R"({"series":[{"kind":"instance","name":"backend","service":"backend",)"
        R"("metric":"cpu_percent","step_seconds":300.0,"points":[)"
        R"({"at":"2026-11-22T10:00:00.000Z","mean":1.25,"max":7.0},)"
        R"({"at":"2026-11-22T10:00:10.000Z","mean":48234496,"max":1000000000000}]}]})");
  const auto& query = rig.samples.queries.at(0);
  CHECK(query.kind == SeriesKind::Instance);
  CHECK(query.metric == Metric::CpuPercent);
  CHECK(query.from == at + -1h);
  CHECK(query.to == at + 1h);
  CHECK(query.step == 5min);
  CHECK(query.most_points == 10'000);
}

TEST_CASE("history.query takes the last hour at full step unless told otherwise") {
  Rig rig(declare_three);
  Peer peer(rig);
  const Json result =
      ask(peer, {{"targets", {"worker", "worker:1"}}, {"metric", "ports"}})["result"];
  REQUIRE(result["series"].size() == 2);
  CHECK(result["series"][1]["name"] == "worker:1");
  CHECK(result["series"][1]["service"] == "worker");
  CHECK(result["series"][1]["step_seconds"].is_null());
  CHECK(result["series"][1]["points"].empty());
  const auto& query = rig.samples.queries.at(0);
  CHECK(query.names == std::vector<std::string>{"worker:0", "worker:1"});
  CHECK(query.to - query.from == 1h);
  CHECK(query.step == 0s);
  CHECK(query.most_points == 5'000);
  ask(peer, {{"targets", "worker"}, {"metric", "ports"}, {"points", 300}});
  CHECK(rig.samples.queries.at(1).most_points == 300);
}

TEST_CASE("history.query knows the host, disks, checks and what is stored") {
  Rig rig(declare_three);
  rig.samples.points = {{"", {{WallTime{}, 1, 1}}},
                        {"/srv", {{WallTime{}, 1, 1}}},
                        {"worker:1/http", {{WallTime{}, 1, 1}}},
                        {"gone:0", {{WallTime{}, 1, 1}}}};
  Peer peer(rig);
  const auto series = [&](Json params) {
    params["metric"] = "cpu_percent";
    const Json answer = ask(peer, std::move(params));
    REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
    const Json& first = answer["result"]["series"][0];
    const std::string kind = first["kind"];
    const std::string name = first["name"];
    return kind + " " + name;
  };
  CHECK(series({{"targets", "host"}}) == "host host");
  CHECK(series({{"kind", "host"}}) == "host ");
  CHECK(series({{"targets", "disk:/srv"}}) == "disk disk:/srv");
  CHECK(series({{"targets", "worker:1/http"}}) == "check worker:1/http");
  CHECK(series({{"targets", "worker/http"}}) == "check worker:0/http");
  CHECK(series({{"targets", "gone:0"}, {"kind", "instance"}}) == "instance gone:0");
}

TEST_CASE("history.query of a check that is declared is empty before its first look") {
  Rig rig([](sim::World& world) {
    model::CheckSpec check;
    check.probe = model::TcpProbe{{"5432"}};
    world.declare("db").health = {check};
  });
  rig.world.advance(1s);
  Peer peer(rig);
  const Json answer = ask(peer, {{"targets", "db/tcp"}, {"metric", "up"}});
  REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
  CHECK(answer["result"]["series"][0]["points"].empty());
  CHECK(message_of(ask(peer, {{"targets", "db/http"}, {"metric", "up"}})).find("db:0/http") !=
        std::string::npos);
}

TEST_CASE("history.query without a metric lists those that there are") {
  Rig rig(declare_three);
  rig.samples.values["backend:0"] = {{Metric::CpuPercent, WallTime{}, 1.5},
                                     {Metric::LatencyMs, WallTime{}, 3.1254}};
  Peer peer(rig);
  CHECK(dump_json(ask(peer, {{"targets", "backend"}})["result"]) ==
        R"({"series":[{"kind":"instance","name":"backend","service":"backend","metrics":[)"
        R"({"metric":"cpu_percent","at":"1970-01-01T00:00:00.000Z","value":1.5},)"
        R"({"metric":"latency_ms","at":"1970-01-01T00:00:00.000Z","value":3.125}]}]})");
}

TEST_CASE("history.query says what is wrong, and what there is") {
  Rig rig(declare_three);
  rig.samples.points["/srv"] = {{WallTime{}, 1, 1}};
  Peer peer(rig);
  const auto wrong = [&](Json params) { return message_of(ask(peer, std::move(params))); };
  CHECK(wrong({{"metric", "ports"}}).starts_with("targets: "));
  CHECK(wrong({{"targets", "backend"}, {"metric", "cpu_procent"}}) ==
        "metric: there is no 'cpu_procent'; did you mean 'cpu_percent'?");
  CHECK(wrong({{"targets", "backend"}, {"metric", "zz"}})
            .starts_with("metric: there is no 'zz'; there are cpu_percent, memory_bytes, "));
  CHECK(wrong({{"targets", "backend"},
               {"from", "2026-11-22T10:00:00Z"},
               {"to", "2026-11-22T10:00:00Z"}}) == "from: must be before to");
  CHECK(wrong({{"targets", "backend"}, {"step", "5"}}) == "step: '5' has no unit; write 5s or 5m");
  CHECK(wrong({{"targets", "backend"}, {"step", "5ms"}}) == "step: must be 1s at least");
  CHECK(wrong({{"targets", "backend"}, {"kind", "disc"}}) ==
        "kind: must be instance, host, disk, check or monitor");
  CHECK(wrong({{"targets", {"backend", "host"}}}) ==
        "targets: are of several kinds; ask for each kind on its own");
  CHECK(wrong({{"targets", "bakend"}}) == "no service named 'bakend'; did you mean 'backend'?");
  CHECK(wrong({{"targets", "monitor:x"}}) == "no monitor named 'x'");
  const Json disk = ask(peer, {{"targets", "disk:/srw"}, {"metric", "used_bytes"}});
  CHECK(message_of(disk) == "nothing was recorded of disk '/srw'; did you mean '/srv'?");
  CHECK(disk["error"]["data"]["code"] == "no_such_series");
  CHECK(wrong({{"targets", "backend/htp"}}) ==
        "nothing was recorded of check 'backend:0/htp'; there is /srv");
  rig.samples.broken = Error{"history is paused: no space left on device", 0};
  const Json broken = ask(peer, {{"targets", "backend"}, {"metric", "ports"}});
  CHECK(message_of(broken) == "history is paused: no space left on device");
  CHECK(broken["error"]["data"]["code"] == "history_unavailable");
}

}  // namespace mainstay::test
