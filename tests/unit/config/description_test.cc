#include <doctest/doctest.h>

#include "config/description.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

std::string shown(const std::vector<Setting>& settings) {
  std::string out;
  for (const Setting& setting : settings)
    out += setting.key + ": " + setting.value + "\n";
  return out;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("values of variables and headers are never shown") {
  const std::string text = shown(describe(load_service(
      "command: [run, --password, '${DB_PASSWORD}', '--url=postgres://u:hunter2@db/x', '${MODE}'],"
      "env: {DB_PASSWORD: s3cret-value, MODE: production, KEY: {file: /run/key}, OTHER: {command: "
      "[pass, show, x]}},"
      "health: [{http: {url: 'http://u:hunter3@a/', headers: {Authorization: Bearer-hunter4}}}]")));
  CHECK(has(text, "env.DB_PASSWORD: ***\n"));
  CHECK(has(text, "env.KEY: ***\n"));
  CHECK(has(text, "env.MODE: ***\n"));
  CHECK(has(text, "command: [run, --password, ***, "));
  CHECK(has(text, "postgres://u:***@db/x"));
  CHECK(has(text, "production"));
  CHECK(has(text, "health[0].http.headers.Authorization: ***\n"));
  for (const char* secret : {"s3cret", "hunter2", "hunter3", "hunter4", "/run/key"}) {
    CAPTURE(secret);
    CHECK_FALSE(has(text, secret));
  }
}

TEST_CASE("a notification descriptor is shown by its number") {
  const auto of = [](const std::string& ready) {
    return shown(describe(load_service("command: [run], ready: {notify: " + ready + "}")));
  };
  CHECK(has(of("3"), "ready.notify: 3\n"));
  CHECK(has(of("true"), "ready.notify: true\n"));
}

TEST_CASE("settings of a service are spelled as the file spells them") {
  const std::string text = shown(
      describe(load_service("command: [run, 'a b', ''], cwd: /srv, restart: {backoff: {initial: "
                            "1500ms, jitter: 12.5%}, max_restarts: unlimited, window: null},"
                            "limits: {core: 0, memory: 1536K}, stop: {signal: INT, timeout: 90s}, "
                            "umask: '007', instances: 3")));
  CHECK(has(text, "command: [run, \"a b\", \"\"]\n"));
  CHECK(has(text, "cwd: /srv\n"));
  CHECK(has(text, "umask: \"007\"\n"));
  CHECK(has(text, "instances: 3\n"));
  CHECK(has(text, "restart.policy: always\n"));
  CHECK(has(text, "restart.backoff.initial: 1s500ms\n"));
  CHECK(has(text, "restart.backoff.jitter: 12.5%\n"));
  CHECK(has(text, "restart.max_restarts: unlimited\n"));
  CHECK_FALSE(has(text, "restart.window"));
  CHECK(has(text, "limits.memory: 1536K\n"));
  CHECK(has(text, "limits.core: 0\n"));
  CHECK(has(text, "stop.signal: INT\n"));
  CHECK(has(text, "stop.timeout: 1m30s\n"));
  CHECK(has(text, "logs.rotate.size: 10M\n"));
}

TEST_CASE("a whole ecosystem is described without its secrets") {
  const Loaded loaded = load_text(read_file(source_tree() / "tests/golden/config/every-key.yaml"),
                                  {}, {{"every-key.env", "A=b\n"}});
  REQUIRE(loaded.ecosystem.has_value());
  const std::string text = shown(describe(*loaded.ecosystem));
  for (const char* part :
       {"name: every-key\n", "services.web.command: [server, --port, \"${PORT}\"]\n",
        "services.web.env.PORT: ***\n", "jobs.backup.schedule: 0 3 * * *\n",
        "jobs.often.every: 10m\n", "monitors.database.tcp: db.internal:5432\n",
        "alerts.channels.ops.slack.file: /run/secrets/slack-url\n",
        "alerts.channels.am.alertmanager: ***\n", "alerts.rules.host-cpu.for: 10m\n",
        "web.listen: 0.0.0.0:9615\n", "services.web.health[3].frozen.for: 1m\n",
        "services.web.listen.local: unix:///run/web.sock\n", "services.with-shell.command: a | b\n",
        "services.web.depends_on.database: completed\n"}) {
    CAPTURE(part);
    CHECK(has(text, part));
  }
}

}  // namespace mainstay::config::test
