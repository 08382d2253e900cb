#include "integration/checks/engine_side.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "process/environment_posix.h"

namespace mainstay::test {

namespace {

process::TreeOptions tree_options(const KeeperFixture& fixture, bool groups) {
  return {(fixture.folder() / "state").string(), fixture.keeper_pid(), groups, groups};
}

logs::Directory open_logs(const KeeperFixture& fixture) {
  auto directory = logs::Directory::open(fixture.folder() / "log");
  REQUIRE(directory);
  return std::move(*directory);
}

}  // namespace

EngineSide::EngineSide(KeeperFixture& fixture_in, bool groups)
    : fixture(fixture_in),
      trees(fixture_in.loop(), tree_options(fixture_in, groups)),
      limit_places(tree_options(fixture_in, groups), trees),
      limits(fixture_in.loop(), trees, limit_places, [](const std::string&) {}),
      notify(
          fixture_in.loop(), trees, fixture_in.folder() / "notify",
          [](const process::NotifySource&, const model::Notification&) {},
          [](const std::string&) {}),
      directory(open_logs(fixture_in)),
      capture(fixture_in.loop(), directory) {
  fixture.accept_controller();
  client = fixture.take_client();
  runner = std::make_unique<process::ProcessRunner>(
      fixture.loop(), *client, trees, limits, capture, notify, process::own_environment(),
      process::current_user(), [this](runtime::RunnerEvent event) { post(std::move(event)); });
  client->start(*runner, host);
  fixture.until([&] { return host.all_there; });
  const auto clock = [this] {
    Now now = io::read_clocks();
    now.mono = now.mono + ahead;
    return now;
  };
  const checks::Means means{fixture.loop(), clock, runner->auxiliary(), runner->preparer(), trees,
                            directory,      http};
  engine.emplace(means, [this](runtime::RunnerEvent event) { post(std::move(event)); });
  capture.set_on_growth([this](const std::string& file) { engine->log_grew(file); });
}

void EngineSide::post(runtime::RunnerEvent event) {
  if (const auto* spawned = std::get_if<runtime::Spawned>(&event))
    spawned_[spawned->run] = *spawned;
  if (const auto* failed = std::get_if<runtime::StartFailed>(&event))
    failed_[failed->run] = failed->failure.message;
  if (const auto* empty = std::get_if<runtime::TreeEmpty>(&event)) empty_[empty->run] = true;
  if (auto* result = std::get_if<runtime::ProbeResult>(&event))
    results_[{result->run, result->probe}].push_back(std::move(result->result));
}

runtime::WatchRequest EngineSide::start(const model::ServiceSpec& spec) {
  const RunId run{++last_run_};
  const runtime::StartRequest start{run, InstanceId{0}, spec.name + ":0", spec.name, 0, &spec};
  runner->start(start);
  fixture.until([&] { return spawned_.contains(run) || failed_.contains(run); });
  REQUIRE_MESSAGE(spawned_.contains(run), failed_[run]);
  return {start, spawned_[run].pid, spawned_[run].at};
}

void EngineSide::stop(const runtime::WatchRequest& watched) {
  const RunId run = watched.start.run;
  engine->unwatch(run);
  runner->kill_tree(run);
  runner->await_tree_empty(run);
  fixture.until([&] { return empty_[run]; });
  runner->release(run);
}

policy::CheckResult EngineSide::next(RunId run, std::uint32_t probe) {
  std::size_t& taken = taken_[{run, probe}];
  fixture.until([&] { return results(run, probe).size() > taken; });
  return results(run, probe)[taken++];
}

model::ServiceSpec service(const KeeperFixture& fixture, std::vector<std::string> words) {
  model::ServiceSpec spec;
  spec.name = "backend";
  for (const std::string& word : words)
    spec.command.argv.push_back(model::literal_template(word));
  spec.cwd.text = fixture.folder().string();
  return spec;
}

model::ServiceSpec played(const KeeperFixture& fixture, std::vector<std::string> words) {
  words.insert(words.begin(), (fixture.folder() / "bin" / "testchild").string());
  return service(fixture, std::move(words));
}

model::ServiceSpec& with_check(model::ServiceSpec& spec, model::Probe probe, Duration interval) {
  model::CheckSpec check;
  check.probe = std::move(probe);
  check.interval = interval;
  spec.health.push_back(std::move(check));
  return spec;
}

model::Probe command(std::vector<std::string> words) {
  model::CommandProbe probe;
  for (const std::string& word : words)
    probe.argv.push_back(model::literal_template(word));
  return probe;
}

void await(KeeperFixture& fixture, const std::function<bool()>& done) {
  std::optional<io::Timer> again;
  again.emplace(fixture.loop(), [&again] { again->start(5ms); });
  again->start(5ms);
  fixture.until(done);
}

int await_number(KeeperFixture& fixture, const std::filesystem::path& file) {
  await(fixture, [&] { return read_file(file).ends_with('\n'); });
  const int number = std::atoi(read_file(file).c_str());
  REQUIRE(number > 0);
  return number;
}

}  // namespace mainstay::test
