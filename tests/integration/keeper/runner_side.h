// A controller's worth of parts around the runner, on a real keeper.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integration/keeper/keeper_fixture.h"
#include "process/environment_posix.h"
#include "process/limit_places.h"
#include "process/limits.h"
#include "process/notify_listener.h"
#include "process/runner.h"

namespace mainstay::test {

// Keeps what each run printed, read when the runner says drain.
struct KeptOutput final : process::OutputSink {
  void attach(RunId run, const std::string& file_name, const model::LogSpec&,
              process::OutputPipes given) override {
    files[run] = file_name;
    pipes[run] = std::move(given);
  }
  void drain(RunId run) override {
    char piece[4096];
    for (const UniqueFd* pipe : {&pipes[run].out, &pipes[run].err}) {
      for (ssize_t size; *pipe && (size = read(pipe->get(), piece, sizeof piece)) > 0;) {
        text[run].append(piece, static_cast<std::size_t>(size));
      }
    }
  }
  std::map<RunId, std::string> files;
  std::map<RunId, process::OutputPipes> pipes;
  std::map<RunId, std::string> text;
};

struct Side {
  Side(KeeperFixture& fixture_in, process::TreeOptions options)
      : Side(fixture_in, std::move(options), fixture_in.folder() / "notify") {}
  Side(KeeperFixture& fixture_in, process::TreeOptions options, std::filesystem::path notify_folder)
      : fixture(fixture_in),
        trees(fixture_in.loop(), options),
        limit_places(options, trees),
        limits(fixture_in.loop(), trees, limit_places,
               [this](const std::string& notice) { notices.push_back(notice); }),
        notify(
            fixture_in.loop(), trees, std::move(notify_folder),
            [this](const process::NotifySource& source, model::Notification said) {
              said_after[source.run] = events.size();
              heard[source.run].push_back(std::move(said));
            },
            [this](const std::string& notice) { notices.push_back(notice); }) {
    fixture.loop().set_after_turn([this] {
      if (records) notify.acknowledge();
    });
    fixture.accept_controller();
    client = fixture.take_client();
    runner = std::make_unique<process::ProcessRunner>(
        fixture.loop(), *client, trees, limits, output, notify, process::own_environment(),
        process::current_user(),
        [this](runtime::RunnerEvent event) { events.push_back(std::move(event)); },
        [this](const std::string& notice) { notices.push_back(notice); });
    client->start(*runner, host);
    fixture.until([&] { return host.all_there; });
  }

  ~Side() { fixture.loop().set_after_turn({}); }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  template <typename Event>
  Event* find(RunId run) {
    for (auto& event : events) {
      auto* one = std::get_if<Event>(&event);
      if (one != nullptr && one->run == run) return one;
    }
    return nullptr;
  }
  template <typename Event>
  Event& await(RunId run) {
    fixture.until([&] { return find<Event>(run) != nullptr; });
    return *find<Event>(run);
  }

  KeeperFixture& fixture;
  process::ProcessTrees trees;
  process::LimitPlaces limit_places;
  process::ResourceLimits limits;
  process::NotifyListener notify;
  KeptOutput output;
  Heard host;
  std::vector<runtime::RunnerEvent> events;
  std::vector<std::string> notices;
  std::map<RunId, std::vector<model::Notification>> heard;
  std::map<RunId, std::size_t> said_after;  // how many events there were before the latest of them
  bool records = true;                      // what is heard is acknowledged
  std::unique_ptr<process::KeeperClient> client;
  std::unique_ptr<process::ProcessRunner> runner;
};

inline process::TreeOptions tree_options(const KeeperFixture& fixture) {
  process::TreeOptions options;
  options.state_dir = (fixture.folder() / "state").string();
  options.keeper_pid = fixture.keeper_pid();
  return options;
}

inline model::ServiceSpec service(const KeeperFixture& fixture, std::vector<std::string> words) {
  model::ServiceSpec spec;
  spec.name = "backend";
  spec.command.argv.push_back({(fixture.folder() / "bin" / "testchild").string()});
  for (const std::string& word : words)
    spec.command.argv.push_back({word});
  spec.cwd.text = fixture.folder().string();
  return spec;
}

inline runtime::StartRequest request(const model::ServiceSpec& spec, std::uint64_t run) {
  return {RunId{run}, InstanceId{0}, spec.name + ":0", spec.name, 0, &spec};
}

}  // namespace mainstay::test
