// Synthetic histories whose answers are known.
#include "history/availability.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

namespace mainstay::test {
using namespace history;
using namespace std::chrono_literals;

namespace {

// 2027-01-15 08:00:00 UTC
constexpr WallTime kMorning{std::chrono::seconds{1'800'000'000}};

using Data = std::map<std::string, std::string>;

class Story {
 public:
  explicit Story(Duration begins = 0s, Duration ends = 100s)
      : reckoner_(kMorning + begins, kMorning + ends) {}

  Story& tell(Duration at, EventKind kind, const std::string& instance, Data data = {}) {
    runtime::Event event;
    event.id = next_++;
    event.at = kMorning + at;
    event.kind = kind;
    event.instance = instance;
    event.service = instance.substr(0, instance.find(':'));
    event.data = std::move(data);
    reckoner_.add(event);
    return *this;
  }
  Story& started(Duration at, const std::string& name = "web",
                 const std::string& cause = "restart after an unstable run") {
    return tell(at, EventKind::ServiceStarted, name, {{"cause", cause}});
  }
  Story& first_start(Duration at, const std::string& name = "web") {
    return started(at, name, "autostart");
  }
  Story& crashed(Duration at, const std::string& name = "web",
                 const std::string& cause = "exited") {
    return tell(at, EventKind::ServiceExited, name, {{"cause", cause}, {"code", "1"}});
  }
  Story& ended(Duration at, const std::string& cause, const std::string& code = "0") {
    return tell(at, EventKind::ServiceExited, "web", {{"cause", cause}, {"code", code}});
  }
  Availability web() {
    const auto found = reckoner_.finish();
    REQUIRE(found.size() == 1);
    CHECK(found[0].service == "web");
    return found[0].all;
  }
  std::vector<ServiceAvailability> all() { return reckoner_.finish(); }

 private:
  AvailabilityReckoner reckoner_;
  std::uint64_t next_ = 1;
};

}  // namespace

TEST_CASE("up all the time is 100 %, and there is nothing else to say") {
  const Availability web = Story{}.first_start(0s).web();
  CHECK(web.up == 100s);
  CHECK(web.uptime_percent() == 100.0);
  CHECK(web.restarts.empty());
  CHECK_FALSE(web.between_failures());
  CHECK_FALSE(web.to_recovery());
}

TEST_CASE("two failures: the share, and the means between failures and to recovery") {
  const Availability web =
      Story{}.first_start(0s).crashed(30s).started(40s).crashed(60s).started(80s).web();
  CHECK(web.up == 70s);
  CHECK(web.down == 30s);
  CHECK(web.uptime_percent() == 70.0);
  CHECK(web.failures == 2);
  CHECK(web.between_failures() == 35s);
  CHECK(web.to_recovery() == 15s);
  CHECK(web.restarts == std::map<std::string, std::uint64_t>{{"exited", 2}});
}

TEST_CASE("restarts are told apart by what made them necessary") {
  Story story;
  story.first_start(0s).crashed(10s, "web", "unhealthy").started(11s);
  story.crashed(20s, "web", "memory limit").started(21s);
  story.ended(30s, "planned restart").started(31s, "web", "restart asked for");
  story.ended(40s, "exited").started(41s, "web", "restart after a stable run");
  const Availability web = story.web();
  CHECK(web.restarts ==
        std::map<std::string, std::uint64_t>{
            {"exited with 0", 1}, {"memory limit", 1}, {"restart asked for", 1}, {"unhealthy", 1}});
  CHECK(web.failures == 2);
  CHECK(web.down == 3s);
  CHECK(web.not_wanted == 1s);
}

TEST_CASE("what a person stopped is not wanted, and no downtime") {
  Story story;
  story.first_start(0s).ended(40s, "stopped").tell(40s, EventKind::ServiceStopped, "web");
  const Availability web = story.started(90s, "web", "asked for").web();
  CHECK(web.up == 50s);
  CHECK(web.down == 0s);
  CHECK(web.not_wanted == 50s);
  CHECK(web.uptime_percent() == 100.0);
  CHECK(web.restarts.empty());
}

TEST_CASE("a job that is done is not wanted any more") {
  const Availability web = Story{}.first_start(0s).ended(25s, "exited").web();
  CHECK(web.up == 25s);
  CHECK(web.not_wanted == 75s);
}

TEST_CASE("a service that has failed for good stays down") {
  Story story;
  story.first_start(0s).crashed(20s).tell(20s, EventKind::ServiceFailed, "web");
  const Availability web = story.web();
  CHECK(web.down == 80s);
  CHECK(web.uptime_percent() == 20.0);
  CHECK_FALSE(web.to_recovery());
}

TEST_CASE("where readiness is waited for, a start is not up yet") {
  Story story;
  story.first_start(0s).tell(10s, EventKind::ServiceReady, "web");
  story.crashed(50s).started(55s).crashed(57s, "web", "not ready in time").started(60s);
  const Availability web = story.tell(70s, EventKind::ServiceReady, "web").web();
  CHECK(web.up == 70s);
  CHECK(web.down == 30s);
  CHECK(web.failures == 2);
  CHECK(web.repairs == 1);
  CHECK(web.to_recovery() == 20s);
}

TEST_CASE("instances count by their share of the time") {
  Story story;
  story.first_start(0s, "web:0").first_start(0s, "web:1").crashed(50s, "web:1");
  const Availability web = story.web();
  CHECK(web.up == 150s);
  CHECK(web.down == 50s);
  CHECK(web.uptime_percent() == 75.0);
}

TEST_CASE("the first instance is the same under both of its names") {
  const Availability web = Story{}.first_start(0s, "web").crashed(50s, "web:0").web();
  CHECK(web.up == 50s);
  CHECK(web.down == 50s);
}

TEST_CASE("while no supervisor ran nothing is known") {
  Story story;
  story.first_start(0s).crashed(10s, "db").tell(40s, EventKind::LogRotated, "web");
  story.tell(70s, EventKind::SupervisorStarted, "").first_start(70s);
  const auto found = story.all();
  REQUIRE(found.size() == 2);
  const Availability& web = found[1].all;
  CHECK(web.up == 70s);
  CHECK(web.unknown == 30s);
  CHECK(web.down == 0s);
  CHECK(web.uptime_percent() == 100.0);
}

TEST_CASE("a controller that was replaced changes nothing") {
  Story story;
  story.first_start(0s).tell(50s, EventKind::SupervisorRestarted, "");
  CHECK(story.web().up == 100s);
}

TEST_CASE("an end that was learnt late counts from when it was") {
  Story story;
  story.first_start(0s).tell(50s, EventKind::ServiceExited, "web",
                             {{"cause", "exited"}, {"code", "1"}, {"late_ms", "20000"}});
  const Availability web = story.web();
  CHECK(web.up == 30s);
  CHECK(web.down == 70s);
}

TEST_CASE("what was before tells how it began, and what comes after does not count") {
  Story story{100s, 200s};
  story.first_start(0s).crashed(50s).started(120s).crashed(250s).started(260s);
  const Availability web = story.web();
  CHECK(web.down == 20s);
  CHECK(web.up == 80s);
  CHECK(web.failures == 0);
  CHECK(web.to_recovery() == 70s);
  CHECK(web.restarts.at("exited") == 1);
}

TEST_CASE("a clock that is set back does not make time run backwards") {
  Story story;
  story.first_start(50s).crashed(10s).started(20s).crashed(80s);
  const Availability web = story.web();
  CHECK(web.up == 30s);
  CHECK(web.down == 20s);
}

TEST_CASE("an end that is told twice is one") {
  const Availability web = Story{}.first_start(0s).crashed(50s).crashed(50s).started(60s).web();
  CHECK(web.down == 10s);
  CHECK(web.failures == 1);
  CHECK(web.repairs == 1);
}

TEST_CASE("never wanted has no share") {
  const Availability web = Story{}.tell(0s, EventKind::ServiceStopped, "web").web();
  CHECK_FALSE(web.uptime_percent());
  CHECK(web.not_wanted == 100s);
}

TEST_CASE("days begin at midnight of the machine's zone, and add up to the whole") {
  const char* zone = std::getenv("TZ");
  const std::string former = zone == nullptr ? "" : zone;
  setenv("TZ", "UTC", 1);
  tzset();
  Story story{0s, 48h};  // from 08:00
  story.first_start(0s).crashed(15h).started(17h).crashed(41h).started(42h);
  const auto found = story.all();
  if (zone == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", former.c_str(), 1);
  }
  tzset();
  const auto& days = found[0].days;
  REQUIRE(days.size() == 3);
  CHECK(days[0].begin == kMorning);
  CHECK(days[1].begin == kMorning + 16h);
  CHECK(days[2].begin == kMorning + 40h);
  CHECK(days[0].availability.up == 15h);
  CHECK(days[0].availability.down == 1h);
  CHECK(days[0].availability.failures == 1);
  CHECK(days[1].availability.up == 23h);
  CHECK(days[1].availability.down == 1h);
  CHECK(days[1].availability.repairs == 1);
  CHECK(days[2].availability.up == 7h);
  CHECK(days[2].availability.restarts.at("exited") == 1);
  CHECK(found[0].all.up == 45h);
}

}  // namespace mainstay::test
