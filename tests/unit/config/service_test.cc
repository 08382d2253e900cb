#include <doctest/doctest.h>

#include "config/limits.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("a service that says nothing but its command has the documented defaults") {
  const auto service = load_service("cwd: null");
  model::ServiceSpec expected;
  expected.name = "web";
  expected.command.argv = {{"x"}};
  expected.cwd = {"/srv/shop"};
  CHECK(service == expected);
}

TEST_CASE("a backoff of one duration is a fixed delay") {
  const auto restart = load_service("restart: {backoff: 3s}").restart;
  CHECK(restart.backoff == model::Backoff{seconds{3}, 1, seconds{3}, 0});
}

TEST_CASE("a long initial delay lifts the cap that nobody set") {
  CHECK(load_service("restart: {backoff: {initial: 5m}}").restart.backoff.max == minutes{5});
}

TEST_CASE("max_restarts can be unlimited, and a window needs it small") {
  CHECK_FALSE(load_service("restart: {max_restarts: unlimited}").restart.max_restarts.has_value());
  CHECK(load_service("restart: {window: 1h, max_restarts: 64}").restart.window == hours{1});
  CHECK(error_in_service("restart: {window: 1h, max_restarts: 65}").find("at most 64") !=
        std::string::npos);
  CHECK(error_in_service("restart: {window: 1h, max_restarts: unlimited}").find("at most 64") !=
        std::string::npos);
}

TEST_CASE("null takes back what defaults say") {
  const auto loaded = load_good(
      "defaults: {user: www-data, restart: {window: 1h, at: '@daily'}, limits: {core: 1M}, ready: "
      "{tcp: 1}}\n"
      "services:\n"
      "  a: {command: [x]}\n"
      "  b: {command: [x], user: null, restart: {window: null, at: ~}, limits: null, ready: }\n");
  CHECK(loaded.services[0].user == "www-data");
  CHECK(loaded.services[0].restart.at == "@daily");
  CHECK(loaded.services[1].user == "");
  CHECK_FALSE(loaded.services[1].restart.window.has_value());
  CHECK_FALSE(loaded.services[1].restart.at.has_value());
  CHECK(loaded.services[1].limits == model::Limits{});
  CHECK_FALSE(loaded.services[1].ready.has_value());
}

TEST_CASE("maps of defaults merge, lists replace, and a service's own value wins") {
  const auto loaded = load_good(
      "defaults: {command: [d], env: {A: 1, B: 1}, tags: [x, y], restart: {min_uptime: 1s, "
      "backoff: {initial: 1s, max: 9s}}}\n"
      "services:\n"
      "  web: {env: {B: 2, C: {file: f}}, tags: [z], restart: {backoff: {max: 5s}}}\n"
      "  all-from-defaults:\n"
      "  fixed: {restart: {backoff: 2s}, env: {A: {command: [c]}}}\n");
  REQUIRE(loaded.services.size() == 3);
  const auto& web = loaded.services[0];
  CHECK(web.command.argv[0].text == "d");
  CHECK(web.env.size() == 3);
  CHECK(std::get<model::Template>(web.env.at("B")).text == "2");
  CHECK(web.tags == std::vector<std::string>{"z"});
  CHECK(web.restart.min_uptime == seconds{1});
  CHECK(web.restart.backoff.initial == seconds{1});
  CHECK(web.restart.backoff.max == seconds{5});
  CHECK(loaded.services[1].tags.size() == 2);
  CHECK(loaded.services[2].restart.backoff.initial == seconds{2});
  CHECK(std::holds_alternative<model::SecretCommand>(loaded.services[2].env.at("A")));
}

TEST_CASE("the kind of a check that a service chooses displaces the one in defaults") {
  const auto loaded = load_good(
      "defaults: {ready: {http: 'http://a/', timeout: 9s}}\nservices: {web: {command: [x], ready: "
      "{tcp: 80}}}\n");
  const auto& ready = loaded.services[0].ready;
  REQUIRE(ready.has_value());
  CHECK(std::holds_alternative<model::TcpProbe>(ready->probe));
  CHECK(ready->timeout == seconds{9});
}

TEST_CASE("one failure of what is judged over time is enough, unless the file says otherwise") {
  const auto service = load_service(
      "health: [{tcp: 80}, {frozen: {for: 1m}}, {heartbeat: 30s}, {heartbeat: 30s, failures: 2}]");
  REQUIRE(service.health.size() == 4);
  CHECK(service.health[0].failures == 3);
  CHECK(service.health[1].failures == 1);
  CHECK(service.health[2].failures == 1);
  CHECK(service.health[3].failures == 2);
}

TEST_CASE("paths start at the folder of the file that says them") {
  const auto loaded = load_good(
      "include: sub/*.yaml\ndefaults: {env: {K: {file: key}}}\nservices: {a: {command: [x]}}\n", {},
      {{"sub/b.yaml",
        "services: {b: {command: [x], cwd: ../c/./d/}, e: {command: [x], cwd: /abs}}\n"}});
  REQUIRE(loaded.services.size() == 3);
  CHECK(loaded.services[0].cwd.text == "/srv/shop");
  CHECK(loaded.services[1].cwd.text == "/srv/shop/c/d");
  CHECK(loaded.services[2].cwd.text == "/abs");
  CHECK(std::get<model::SecretFile>(loaded.services[1].env.at("K")).path == "/srv/shop/key");
}

TEST_CASE("a monitor's command runs in the folder of the file that declares it") {
  const auto loaded = load_good("include: sub/*.yaml\nmonitors: {a: {tcp: 'db:80'}}\n", {},
                                {{"sub/b.yaml", "monitors: {b: {command: [./check.sh]}}\n"}});
  REQUIRE(loaded.monitors.size() == 2);
  CHECK(loaded.monitors[0].folder == "/srv/shop");
  CHECK(loaded.monitors[1].folder == "/srv/shop/sub");
}

TEST_CASE("a service of an included file lives in the folder of that file") {
  const auto loaded = load_good("include: [sub/b.yaml]\nservices: {}\n", {},
                                {{"sub/b.yaml", "services: {b: {command: [x]}}\n"}});
  CHECK(loaded.services[0].cwd.text == "/srv/shop/sub");
}

TEST_CASE("umask is octal in quotes") {
  CHECK(load_service("umask: \"027\"").umask == 027);
  CHECK(load_service("umask: '0'").umask == 0);
  CHECK(error_in_service("umask: 022").find("write \"022\"") != std::string::npos);
  CHECK(error_in_service("umask: '1777'").find("octal mask") != std::string::npos);
}

TEST_CASE("numbers keep the text they are written with where text is meant") {
  const auto service =
      load_service("command: [x, 010, 1.10, no, 0x1F, 1e3], env: {A: 010, B: yes, C: 1.0}");
  std::string joined;
  for (const auto& word : service.command.argv)
    joined += word.text + " ";
  CHECK(joined == "x 010 1.10 no 0x1F 1e3 ");
  CHECK(std::get<model::Template>(service.env.at("A")).text == "010");
  CHECK(std::get<model::Template>(service.env.at("B")).text == "yes");
}

TEST_CASE("the ecosystem is named after its folder unless it says otherwise") {
  CHECK(load_good("services: {a: {command: [x]}}\n").name == "shop");
  CHECK(load_good("name: 5 shops\nservices: {a: {command: [x]}}\n").name == "5 shops");
}

TEST_CASE("services come in the order of the file, included ones after it") {
  const auto loaded = load_good(
      "include: ['*.yml']\nservices: {z: {command: [x]}, a: {command: [x]}}\n", {},
      {{"2.yml", "services: {m: {command: [x]}}\n"}, {"1.yml", "services: {n: {command: [x]}}\n"}});
  std::string order;
  for (const auto& service : loaded.services)
    order += service.name;
  CHECK(order == "zanm");
}

TEST_CASE("vars and defaults hold in the file and in what it includes, not the other way") {
  const auto loaded = load_good(
      "include: b.yaml\nvars: {A: outer, B: outer}\ndefaults: {nice: 1, umask: '001'}\nservices: "
      "{a: {command: ['${A}']}}\n",
      {},
      {{"b.yaml",
        "vars: {A: inner}\ndefaults: {nice: 2}\nservices: {b: {command: ['${A}', '${B}']}}\n"}});
  CHECK(loaded.services[0].command.argv[0].text == "outer");
  CHECK(loaded.services[0].nice == 1);
  CHECK(loaded.services[1].command.argv[0].text == "inner");
  CHECK(loaded.services[1].command.argv[1].text == "outer");
  CHECK(loaded.services[1].nice == 2);
  CHECK(loaded.services[1].umask == 01);
}

TEST_CASE("aliases are allowed, and are what they stand for") {
  const auto loaded = load_good("services: {a: &a {command: [x], nice: 3}, b: *a}\n");
  CHECK(loaded.services[1].name == "b");
  CHECK(loaded.services[1].nice == 3);
}

TEST_CASE("durations that could overflow a clock are refused") {
  CHECK(error_in_service("stop: {timeout: 99999d}") ==
        "stop.timeout: '99999d' is longer than ten years");
}

}  // namespace mainstay::config::test
