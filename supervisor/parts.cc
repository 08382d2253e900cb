#include "parts.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "io/clock.h"

namespace mainstay {

Parts::Parts(const Base& base, Stores opened, model::Ecosystem ecosystem,
             const runtime::ControllerOptions& options)
    : stores(std::move(opened)),
      capture(base.loop, stores.directory,
              {.losses = &stores.losses, .former_losses = stores.losses.records()}),
      http(base.loop),
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
      sampler(base.loop, base.trees, {controller.ecosystem().history.interval}),
      usage(sampler, controller) {
  capture.set_on_end([&runner = base.runner](RunId run) { runner.output_ended(run); });
  base.sink.connect(capture);
  events.add(base.log);
  events.add(crashes);
}

}  // namespace mainstay
