#include "parts.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "control/socket.h"
#include "io/clock.h"

namespace mainstay {

Parts::Parts(const Base& base, Stores opened, model::Ecosystem ecosystem,
             const runtime::ControllerOptions& options)
    : stores(std::move(opened)),
      capture(base.loop, stores.directory,
              {.losses = &stores.losses, .former_losses = stores.losses.records()}),
      http(base.loop, base.runner.auxiliary(), {.program = base.arguments.programs.gateway},
           base.notice),
      engine({.loop = base.loop,
              .clock = io::read_clocks,
              .auxiliary = base.runner.auxiliary(),
              .preparer = base.runner.preparer(),
              .trees = base.trees,
              .logs = stores.directory,
              .http = http},
             [this](runtime::RunnerEvent event) { controller.post(std::move(event)); }),
      controller(std::move(ecosystem), options,
                 {base.runner, engine, stores.state, stores.checks, events}, io::read_clocks()),
      monitors(engine, controller.ecosystem().monitors, stores.checks,
               [this](EventKind kind, std::map<std::string, std::string> data) {
                 controller.note(kind, std::nullopt, std::move(data));
               }),
      crashes(base.loop,
              {.state_dir = base.arguments.state_dir, .log_dir = stores.directory.path()},
              controller.ecosystem().services, base.trees, base.notice),
      keeping(base.loop, stores.directory, capture, controller, engine, base.log),
      sampler(base.loop, base.trees,
              {.interval = controller.ecosystem().history.interval,
               .places = {"/", base.arguments.state_dir, stores.directory.path()}}),
      polling(base.loop, sampler, base.limits),
      usage(sampler, base.limits, controller) {
  sampler.on_interval([this](const process::UsageSample& sample) { sampling.take(sample); });
  capture.set_on_end([&runner = base.runner](RunId run) { runner.output_ended(run); });
  base.limits.on_exceeded([this](const runtime::MemoryExceeded& told) { controller.post(told); });
  base.sink.connect(capture);
  events.add(base.log);
  events.add(crashes);
}

void Parts::serve(io::Loop& loop, UniqueFd listening, control::Facts facts,
                  control::UpgradeRequest upgrade) {
  control::ServerOptions options;
  options.owner_uid = geteuid();
  options.clients = control::affordable_clients();
  server.emplace(control::Parts{loop, controller, usage, usage, capture, keeping.archiver(),
                                io::read_clocks, std::move(facts), std::move(upgrade), &monitors},
                 std::move(listening), options);
  capture.set_on_growth([this](const std::string& file) {
    engine.log_grew(file);
    server->log_grew(file);
  });
  keeping.begin(*server);
}

}  // namespace mainstay
