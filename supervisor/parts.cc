#include "parts.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "control/socket.h"
#include "io/clock.h"
#include "start_up_memory.h"

namespace mainstay {

namespace {

// How long after a look at everything it is written down; the code of both is
// of no use until the next.
constexpr Duration kWritten = std::chrono::seconds{1};

// In drain mode nothing is done that may be what controllers die of; the next whole one is told
// what happens meanwhile.
history::HistoryOptions history_options(const ControllerArguments& arguments,
                                        const model::Ecosystem& ecosystem) {
  history::HistoryOptions options;
  options.state_dir = arguments.state_dir;
  options.keep = ecosystem.history.keep;
  if (arguments.drain) options.off = "the supervisor is in drain mode";
  return options;
}

}  // namespace

std::filesystem::path log_dir_of(const ControllerArguments& arguments,
                                 const model::Ecosystem& ecosystem) {
  return arguments.log_dir.value_or(ecosystem.logs.dir.value_or(arguments.default_log_dir));
}

Result<Stores> open_stores(const std::filesystem::path& log_dir,
                           const std::filesystem::path& state_dir, Inheritance& inherited,
                           process::KeeperClient& keeper,
                           const std::function<void(const std::string&)>& notice) {
  auto directory = logs::Directory::open(log_dir);
  if (!directory) return directory.error();
  auto state = inherited.open_state("state", keeper, notice);
  if (!state) return state.error();
  auto losses = inherited.open_state("losses", keeper, notice);
  if (!losses) return losses.error();
  auto checks = inherited.open_state("checks", keeper, notice);
  if (!checks) return checks.error();
  auto events = inherited.open_events(keeper, notice);
  if (!events) return events.error();
  logs::UnlockedPlaces unlocked{
      state_dir / "logs.move", process::current_boot_id(), inherited.log_sink(),
      [&inherited, &keeper](int fd) { inherited.keep(keeper, kLogSinkName, fd); }};
  return Stores{std::move(*directory), std::move(*state),  std::move(*losses),
                std::move(*checks),    std::move(*events), std::move(unlocked)};
}

Parts::Parts(const Base& base, Stores opened, model::Ecosystem ecosystem,
             const runtime::ControllerOptions& options)
    : stores(std::move(opened)),
      capture(base.loop, stores.directory,
              {.losses = &stores.losses,
               .former_losses = stores.losses.records(),
               .unlocked = std::move(stores.unlocked)}),
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
                 {base.runner, engine, stores.state, stores.checks, events, stores.events},
                 io::read_clocks()),
      monitors(engine, controller.ecosystem().monitors, stores.checks,
               [this](EventKind kind, std::map<std::string, std::string> data) {
                 controller.note(kind, std::nullopt, std::move(data));
               }),
      history(base.loop, history_options(base.arguments, controller.ecosystem()), base.notice),
      crashes(base.loop, {.log_dir = stores.directory.path()}, controller.ecosystem().services,
              base.trees, [this](history::CrashRecord record) { history.add(std::move(record)); }),
      looks(base.loop, controller.ecosystem().history.interval, io::read_clocks,
            [this](history::Round round) { history.add(std::move(round)); }),
      samples(history),
      keeping(base.loop, stores.directory, capture, controller, engine, base.log),
      sampler(base.loop, base.trees,
              {.interval = controller.ecosystem().history.interval,
               .places = {"/", base.arguments.state_dir, stores.directory.path()}}),
      polling(base.loop, sampler, base.limits),
      usage(sampler, base.limits, controller),
      rest(base.loop, release_code),
      access(base.loop, base.arguments.state_dir, io::read_clocks, base.notice),
      notice_(base.notice),
      drains_(base.arguments.drain.has_value()) {
  sampling.set_keep([this](history::Round round) {
    history.add(std::move(round));
    rest.start(kWritten);
  });
  sampler.on_interval([this](const process::UsageSample& sample) {
    sampling.take(sample);
    if (server) server->usage_sampled();
  });
  capture.set_on_end([&runner = base.runner](RunId run) { runner.output_ended(run); });
  base.limits.on_exceeded([this](const runtime::MemoryExceeded& told) { controller.post(told); });
  base.sink.connect(capture);
  events.add(base.log);
  events.add(history);
  history.on_stored([this](std::uint64_t newest) { stores.events.set_stored(newest + 1); });
  events.add(crashes);
  events.add(counts);
  record_looks();
}

void Parts::record_looks() {
  const auto record = [this](history::SeriesKind kind) {
    return [this, kind](const std::string& name, const policy::CheckResult& result) {
      if (result.verdict == policy::CheckVerdict::Unknown) return;
      if (kind == history::SeriesKind::Check)
        counts.looked(name, result.verdict == policy::CheckVerdict::Passed, result.latency);
      looks.looked({kind, name}, result.verdict == policy::CheckVerdict::Passed, result.latency);
    };
  };
  engine.on_look(record(history::SeriesKind::Check));
  monitors.on_look(record(history::SeriesKind::Monitor));
}

void Parts::continue_history() {
  constexpr std::size_t kAtOnce = 256;
  if (stores.events.next() == 0) {
    if (const auto last = history.last_event()) controller.number_events_from(*last + 1);
    return;
  }
  for (auto next = stores.events.stored(); next < stores.events.told();) {
    const auto lacking = controller.events_since(next, kAtOnce);
    for (const auto& event : lacking)
      if (event.id < stores.events.told()) history.on_event(event);
    if (lacking.empty()) return;
    next = lacking.back().id + 1;
  }
}

void Parts::close_history() {
  crashes.close();
  looks.flush();
  history.close();
}

void Parts::serve(io::Loop& loop, UniqueFd listening, control::Facts facts,
                  control::UpgradeRequest upgrade, control::Configuration& configuration) {
  make_page(loop);
  control::ServerOptions options;
  options.owner_uid = geteuid();
  options.clients = control::affordable_clients();
  server.emplace(
      control::Parts{loop, controller, usage, usage, capture, keeping.archiver(), history,
                     io::read_clocks, std::move(facts), std::move(upgrade), &monitors, &samples,
                     &access, &counts, page ? &*page : nullptr, &configuration},
      std::move(listening), options);
  capture.set_on_growth([this](const std::string& file) {
    engine.log_grew(file);
    server->log_grew(file);
  });
  keeping.begin(*server);
}

}  // namespace mainstay
