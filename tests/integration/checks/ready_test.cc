// Readiness of real services.
#include <doctest/doctest.h>

#include "integration/checks/engine_side.h"

using namespace mainstay;
using namespace mainstay::test;
using policy::CheckVerdict;

namespace {

model::ServiceSpec with_ready(model::ServiceSpec spec, model::Probe probe) {
  model::ReadySpec ready;
  ready.probe = std::move(probe);
  ready.interval = 20ms;
  spec.ready = std::move(ready);
  return spec;
}

// Waits until it is ready; the message of the result before.
std::string await_ready(EngineSide& side, const runtime::WatchRequest& watched) {
  side.engine->await_ready(watched);
  auto& results = side.results(watched.start.run, runtime::kReadyProbe);
  side.fixture.until(
      [&] { return !results.empty() && results.back().verdict == CheckVerdict::Passed; });
  return results.size() > 1 ? results[results.size() - 2].message : "";
}

}  // namespace

TEST_CASE("A service is ready when it has made its file") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto go = fixture.folder() / "go";
  const auto up = fixture.folder() / "up";
  const auto spec =
      with_ready(played(fixture, {"wait-for", go.string(), "touch", up.string(), "hold"}),
                 model::FileProbe{up});
  const auto watched = side.start(spec);
  side.engine->await_ready(watched);
  CHECK(side.next(watched.start.run, runtime::kReadyProbe).message == "there is no " + up.string());
  std::fclose(std::fopen(go.c_str(), "w"));
  await_ready(side, watched);
  side.stop(watched);
}

TEST_CASE("A service is ready when it prints its line, and a new controller sees that it did") {
  KeeperFixture fixture;
  auto first = std::make_unique<EngineSide>(fixture);
  const auto spec =
      with_ready(played(fixture, {"complain", "up and running", "hold"}), model::LogProbe{"^up"});
  const auto watched = first->start(spec);
  CHECK(await_ready(*first, watched).starts_with("there has not been a line that matches '^up'"));
  first.reset();
  fixture.kill_controller();
  EngineSide second{fixture};
  second.runner->adopt(watched.start);
  await_ready(second, watched);
  second.stop(watched);
}

TEST_CASE("A service is ready some time after its start, whenever the waiting began") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto spec = with_ready(played(fixture, {"hold"}), model::DelayProbe{300ms});
  const auto watched = side.start(spec);
  await_ready(side, watched);
  const auto& results = side.results(watched.start.run, runtime::kReadyProbe);
  CHECK(results.back().at - watched.started >= 300ms);
  const std::size_t before = results.size();
  await_ready(side, watched);
  CHECK(results.size() == before + 2);
  side.stop(watched);
}

TEST_CASE("A service is ready when it says so, and only then") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  const auto spec = with_ready(played(fixture, {"hold"}), model::NotifyProbe{});
  const auto watched = side.start(spec);
  side.engine->await_ready(watched);
  const RunId run = watched.start.run;
  side.engine->heard(run, {checks::Said::What::Alive});
  CHECK(side.next(run, runtime::kReadyProbe).message ==
        "there has not been a message that it is ready (READY=1) yet");
  side.engine->heard(run, {checks::Said::What::Ready});
  CHECK(side.next(run, runtime::kReadyProbe).verdict == CheckVerdict::Passed);
  side.stop(watched);
}

TEST_CASE("A first heartbeat that comes with the message of readiness is not lost") {
  KeeperFixture fixture;
  EngineSide side{fixture};
  auto spec = with_ready(played(fixture, {"hold"}), model::NotifyProbe{});
  model::CheckSpec heartbeat;
  heartbeat.probe = model::HeartbeatProbe{1h};
  spec.health = {heartbeat};
  const auto watched = side.start(spec);
  const RunId run = watched.start.run;
  side.engine->await_ready(watched);
  side.engine->heard(run, {checks::Said::What::Ready});
  side.engine->heard(run, {checks::Said::What::Alive});
  // A look that found nothing yet may come first.
  const auto passes = [&](std::uint32_t probe) {
    for (int i = 0; i < 2; ++i) {
      if (side.next(run, probe).verdict == CheckVerdict::Passed) return true;
    }
    return false;
  };
  CHECK(passes(runtime::kReadyProbe));
  side.engine->watch_health(watched, true);
  CHECK(passes(0));
  side.stop(watched);
}
