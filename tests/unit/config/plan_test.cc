#include <doctest/doctest.h>

#include <fmt/format.h>

#include "config/plan.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

std::string file_with(const std::string& services) {
  return "name: shop\nservices: {" + services + "}\n";
}

std::string of_service(const std::string& keys) {
  return file_with("web: {command: [x]" + (keys.empty() ? "" : ", " + keys) + "}");
}

Plan plan_of(const std::string& before, const std::string& after) {
  return plan_change(load_good(before), load_good(after));
}

ServiceChange change_of(const std::string& before, const std::string& after) {
  const Plan plan = plan_of(of_service(before), of_service(after));
  REQUIRE(plan.changed.size() == 1);
  return plan.changed[0];
}

std::string told(const std::vector<Difference>& differences) {
  std::string out;
  for (const Difference& one : differences)
    out += fmt::format("{}: {} -> {}\n", one.key, one.before.value_or("(none)"),
                       one.after.value_or("(none)"));
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the same file changes nothing, in whatever order its services are") {
  const Plan plan = plan_of(file_with("a: {command: [x]}, b: {command: [y]}"),
                            file_with("b: {command: [y]}, a: {command: [x]}"));
  CHECK(plan.changes_nothing());
  CHECK(plan.unchanged == 2);
}

TEST_CASE("a service that is called differently is removed and added") {
  const Plan plan = plan_of(file_with("a: {command: [x]}, b: {command: [y]}"),
                            file_with("c: {command: [x]}, b: {command: [y]}"));
  CHECK(plan.removed == Names{"a"});
  CHECK(plan.added == Names{"c"});
  CHECK(plan.unchanged == 1);
  CHECK(plan.changed.empty());
}

TEST_CASE("what a process was started with needs a restart") {
  for (const char* keys :
       {"cwd: /srv", "env: {A: b}", "user: root", "umask: '077'", "nice: 3", "limits: {memory: 1G}",
        "logs: {merge: true}", "logs: {format: json}", "ready: {notify: true}",
        "health: [{heartbeat: 5s}]", "inherit_env: [HOME]"}) {
    CAPTURE(keys);
    CHECK(change_of("", keys).restart);
    CHECK(change_of(keys, "").restart);
  }
  const Plan plan = plan_of(of_service(""), file_with("web: {command: [z]}"));
  REQUIRE(plan.changed.size() == 1);
  CHECK(plan.changed[0].restart);
  CHECK(told(plan.changed[0].differences) == "command: [x] -> [z]\n");
}

TEST_CASE("what is the supervisor's alone takes effect without a restart") {
  for (const char* keys :
       {"health: [{tcp: 80}]", "ready: {tcp: 80}", "restart: {policy: never}",
        "logs: {rotate: {size: 1M}}", "tags: [a]", "description: d", "stop: {timeout: 3s}",
        "essential: true", "autostart: false", "instances: 2"}) {
    CAPTURE(keys);
    const ServiceChange change = change_of("", keys);
    CHECK_FALSE(change.restart);
    CHECK_FALSE(change.differences.empty());
  }
  CHECK(change_of("", "instances: 2").rescaled);
  CHECK(change_of("", "ready: {tcp: 80}").rechecked);
  CHECK_FALSE(change_of("", "tags: [a]").rechecked);
}

TEST_CASE("dependencies change without a restart") {
  const Plan plan =
      plan_of(file_with("a: {command: [x]}, b: {command: [y], depends_on: [a]}"),
              file_with("a: {command: [x]}, b: {command: [y], depends_on: {a: started}}"));
  REQUIRE(plan.changed.size() == 1);
  CHECK_FALSE(plan.changed[0].restart);
  CHECK(told(plan.changed[0].differences) == "depends_on.a: healthy -> started\n");
}

TEST_CASE("a changed secret is told, and not shown") {
  const ServiceChange variable = change_of("env: {KEY: hunter2}", "env: {KEY: hunter3}");
  CHECK(variable.restart);
  CHECK(told(variable.differences) == "env.KEY: *** -> ***\n");
  const ServiceChange header =
      change_of("health: [{http: {url: 'http://a/', headers: {Authorization: hunter2}}}]",
                "health: [{http: {url: 'http://a/', headers: {Authorization: hunter3}}}]");
  CHECK_FALSE(header.restart);
  CHECK(told(header.differences) == "health: *** -> ***\n");
}

TEST_CASE("settings of no service are compared too") {
  const std::string services = "services: {a: {command: [x]}}\n";
  const Plan plan = plan_of("history: {keep: 1h}\n" + services,
                            "history: {keep: 2h}\nweb: {listen: '127.0.0.1:9000'}\n" + services);
  CHECK_FALSE(plan.changes_nothing());
  CHECK(plan.unchanged == 1);
  const std::string text = told(plan.settings);
  CAPTURE(text);
  CHECK(text.find("history.keep: 1h -> 2h\n") != std::string::npos);
  CHECK(text.find("web.listen: (none) -> 127.0.0.1:9000\n") != std::string::npos);
}

TEST_CASE("a thousand services are compared in one pass") {
  std::string before;
  std::string after;
  for (int i = 0; i < 1000; ++i) {
    before += fmt::format("s{}: {{command: [x]}}, ", i);
    after += fmt::format("s{}: {{command: [y]}}, ", i + 500);
  }
  const Plan plan = plan_of(file_with(before), file_with(after));
  CHECK(plan.changed.size() == 500);
  CHECK(plan.added.size() == 500);
  CHECK(plan.removed.size() == 500);
}

}  // namespace mainstay::config::test
