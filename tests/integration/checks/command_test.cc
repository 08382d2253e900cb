// Check commands: what they are told, what comes of them, and that nothing of them is left.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "integration/checks/engine_side.h"

using namespace mainstay;
using namespace mainstay::test;
using policy::CheckVerdict;

namespace {

model::Probe shell(const std::string& text) {
  return command({"/bin/sh", "-c", text});
}

// The first result of a command that looks at a service which just holds.
policy::CheckResult look(EngineSide& side, model::ServiceSpec& spec) {
  const auto watched = side.start(spec);
  side.engine->watch_health(watched, true);
  const auto result = side.next(watched.start.run);
  side.stop(watched);
  return result;
}

policy::CheckResult look(EngineSide& side, model::Probe probe, Duration timeout = 30s) {
  model::ServiceSpec spec = played(side.fixture, {"hold"});
  with_check(spec, std::move(probe), 1h);
  spec.health[0].timeout = timeout;
  return look(side, spec);
}

// A command that forks, leaves the session, ignores TERM and hangs; the pids are in two files.
std::string forks_and_hangs() {
  return "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$ > far; while :; do sleep 1; done' & "
         "echo $$ > near; wait; while :; do sleep 1; done";
}

}  // namespace

TEST_CASE("Code 0 passes; everything else fails and says what the command said last") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  CHECK(look(side, command({"true"})).verdict == CheckVerdict::Passed);
  auto result = look(side, shell("echo first; echo 'disk\033 full' >&2; echo; exit 3"));
  CHECK(result.verdict == CheckVerdict::Failed);
  CHECK(result.message == "exit code 3: disk\\x1b full");
  CHECK_FALSE(result.counts);
  CHECK(look(side, shell("kill -9 $$")).message == "signal 9 (KILL)");
  CHECK(look(side, shell("seq 100000; exit 1")).message == "exit code 1: 100000");
  result = look(side, command({"./no-such-check"}));
  CHECK(result.verdict == CheckVerdict::Failed);
  CHECK(result.message == "cannot run './no-such-check' for a check of backend: " +
                              fixture.folder().string() + "/./no-such-check" + " does not exist");
}

TEST_CASE("A command has the folder and environment of its run, secrets too") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  std::ofstream{fixture.folder() / "password"} << "sesame\n";
  model::ServiceSpec spec = played(fixture, {"hold"});
  spec.env["PORT"] = model::Template{"8000"};
  spec.env["FROM_FILE"] = model::SecretFile{fixture.folder() / "password"};
  spec.env["FROM_COMMAND"] = model::SecretCommand{{"echo", "open"}};
  with_check(spec,
             shell("test \"$PWD $PORT $INSTANCE $FROM_FILE $FROM_COMMAND $0\" = \"" +
                   fixture.folder().string() + " 8000 0 sesame open word-0\""),
             1h);
  std::get<model::CommandProbe>(spec.health[0].probe).argv.push_back({"word-${INSTANCE}"});
  CHECK(look(side, spec).verdict == CheckVerdict::Passed);
}

TEST_CASE("A command is the service's user" * doctest::skip(geteuid() != 0)) {
  KeeperFixture fixture;
  EngineSide side{fixture};
  model::ServiceSpec spec = service(fixture, {"sleep", "1000"});
  spec.cwd.text = "/";
  spec.user = "nobody";
  with_check(spec, shell("id -un; exit 1"), 1h);
  CHECK(look(side, spec).message == "exit code 1: nobody");
}

TEST_CASE("A command that takes too long is killed with all that it has started") {
  for (const bool groups : {true, false}) {
    KeeperFixture fixture;
    EngineSide side{fixture, groups};
    model::ServiceSpec spec = played(fixture, {"hold"});
    with_check(spec, shell(forks_and_hangs()), 1h);
    spec.health[0].timeout = 300ms;
    const auto watched = side.start(spec);
    side.engine->watch_health(watched, true);
    const int near = await_number(fixture, fixture.folder() / "near");
    const int far = await_number(fixture, fixture.folder() / "far");
    const auto result = side.next(watched.start.run);
    CHECK(result.verdict == CheckVerdict::Failed);
    CHECK(result.message == "/bin/sh took longer than " + format_duration(300ms));
    await(fixture, [&] { return !is_alive(near) && !is_alive(far); });
    CHECK(is_alive(watched.pid));
    side.stop(watched);
  }
}

TEST_CASE("What a command leaves behind ends with it, and the service goes on") {
  for (const bool groups : {true, false}) {
    KeeperFixture fixture;
    EngineSide side{fixture, groups};
    model::ServiceSpec spec = played(fixture, {"hold"});
    with_check(spec, shell("setsid sleep 1000 & echo $! > left; exit 0"), 1h);
    const auto watched = side.start(spec);
    side.engine->watch_health(watched, true);
    CHECK(side.next(watched.start.run).verdict == CheckVerdict::Passed);
    const int left = await_number(fixture, fixture.folder() / "left");
    await(fixture, [&] { return !is_alive(left); });
    CHECK(is_alive(watched.pid));
    side.stop(watched);
  }
}

TEST_CASE("A command whose result nobody wants any more is killed, and is no part of the service") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  model::ServiceSpec spec = played(fixture, {"hold"});
  with_check(spec, shell(forks_and_hangs()), 1h);
  const auto watched = side.start(spec);
  side.engine->watch_health(watched, true);
  const int near = await_number(fixture, fixture.folder() / "near");
  const int far = await_number(fixture, fixture.folder() / "far");
  kill(watched.pid, SIGKILL);
  await(fixture, [&] { return !is_alive(watched.pid); });
  side.engine->unwatch(watched.start.run);
  await(fixture, [&] { return !is_alive(near) && !is_alive(far); });
  CHECK(side.results(watched.start.run).empty());
  side.stop(watched);
}

TEST_CASE("Of a command that prints a lot only the last lines are kept") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto result = look(side, shell("yes 'a rather long line' | head -n 200000; exit 7"));
  CHECK(result.message == "exit code 7: a rather long line");
}

TEST_CASE("What a dead controller's command has started is killed by the next one") {
  for (const bool groups : {true, false}) {
    KeeperFixture fixture;
    auto first = std::make_unique<EngineSide>(fixture, groups);
    const model::ServiceSpec spec = played(fixture, {"hold"});
    const auto watched = first->start(spec);
    process::SpawnRequest request = fixture.request({});
    request.arguments = {"/bin/sh", "-c", forks_and_hangs()};
    request.candidates = {"/bin/sh"};
    process::AuxiliaryOptions options;
    options.label = "backend:0";
    options.own_tree = true;
    first->runner->auxiliary().start(request, {}, options, [](const auto&) {});
    const int near = await_number(fixture, fixture.folder() / "near");
    const int far = await_number(fixture, fixture.folder() / "far");
    first.reset();
    fixture.kill_controller();
    CHECK(is_alive(near));
    CHECK(is_alive(far));
    EngineSide second{fixture, groups};
    await(fixture, [&] { return !is_alive(near) && !is_alive(far); });
    CHECK(is_alive(watched.pid));
    second.runner->adopt(watched.start);
    second.stop(watched);
  }
}
