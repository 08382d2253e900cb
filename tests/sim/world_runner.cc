// The part of the world that is the keeper and its processes.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/text.h"
#include "sim/world.h"

namespace mainstay::sim {

using runtime::ExitStatus;

void World::post(runtime::RunnerEvent event) {
  if (!dead_) controller_->post(std::move(event));
}

void World::start(const runtime::StartRequest& request) {
  if (!has_effect()) return;
  if (processes_.contains(request.run)) return;  // a repeated token starts nothing twice
  const std::string& service = request.spec->name;
  note("start", request.canonical_name);
  ++starts_[service];
  for (const auto& [run, process] : processes_) {
    const bool alive = process.main_alive || process.leftovers_alive;
    if (alive && process.name == request.canonical_name) {
      violations.push_back("a second run of " + request.canonical_name);
    }
  }
  if (controller_->status(request.instance, now_).state != PublicState::Starting) {
    violations.push_back("started though nobody wants it: " + request.canonical_name);
  }
  Process process;
  process.name = request.canonical_name;
  process.life = lives_[service];
  process.pid = next_pid_++;
  process.started = now_.mono;
  process.failed = process.life.start_failure.has_value();
  const RunId run = request.run;
  const Life& life = processes_.emplace(run, process).first->second.life;
  if (life.start_failure) {
    at(1ms, [this, run] { end_main(run, {}); });
    return;
  }
  at(1ms, [this, run, pid = process.pid, started = process.started] {
    post(runtime::Spawned{run, pid, started});
  });
  if (life.runs_for) {
    at(std::max(*life.runs_for, Duration{1ms}),
       [this, run, status = life.ends_with] { end_main(run, status); });
  }
}

void World::end_main(RunId run, ExitStatus status) {
  const auto found = processes_.find(run);
  if (found == processes_.end() || !found->second.main_alive) return;
  Process& process = found->second;
  const bool killed = status.kind == ExitStatus::Kind::Signal && status.number == SIGKILL;
  process.main_alive = false;
  process.leftovers_alive = process.life.leaves_processes && !killed && !process.failed;
  process.status = status;
  process.ended = now_.mono;
  tell_end(run);
}

void World::tell_end(RunId run) {
  const Process& process = processes_.at(run);
  if (process.failed) return post(runtime::StartFailed{run, *process.life.start_failure});
  post(runtime::Exited{run, process.status, process.ended, {}, process.leftovers_alive});
}

void World::end_leftovers(RunId run) {
  const auto found = processes_.find(run);
  if (found == processes_.end() || found->second.main_alive) return;
  found->second.leftovers_alive = false;
  if (found->second.awaited) post(runtime::TreeEmpty{run});
  found->second.awaited = false;
}

void World::signal_tree(RunId run, int number) {
  if (!has_effect()) return;
  note(signal_name(number), name_of(run));
  const auto found = processes_.find(run);
  if (found == processes_.end()) return;
  const Life& life = found->second.life;
  if (life.obeys_term) {
    at(*life.obeys_term, [this, run, number] {
      end_main(run, {ExitStatus::Kind::Signal, number, false});
    });
  }
  if (life.leftovers_obey) at(*life.leftovers_obey, [this, run] { end_leftovers(run); });
}

void World::signal_main(RunId run, int number) {
  if (has_effect()) note(fmt::format("{} to main of", signal_name(number)), name_of(run));
}

void World::run_stop_command(const runtime::StartRequest& request) {
  if (!has_effect()) return;
  note("stop.command", request.canonical_name);
  const auto found = processes_.find(request.run);
  if (found == processes_.end() || !found->second.life.obeys_term) return;
  at(*found->second.life.obeys_term, [this, run = request.run] {
    end_main(run, {ExitStatus::Kind::Code, 0, false});
  });
}

void World::kill_tree(RunId run) {
  if (!has_effect()) return;
  note("KILL", name_of(run));
  const auto found = processes_.find(run);
  if (found == processes_.end() || found->second.life.unkillable) return;
  at(1ms, [this, run] {
    end_main(run, {ExitStatus::Kind::Signal, SIGKILL, false});
    end_leftovers(run);
  });
}

void World::await_tree_empty(RunId run) {
  if (!has_effect()) return;
  const auto found = processes_.find(run);
  const bool empty =
      found == processes_.end() || (!found->second.main_alive && !found->second.leftovers_alive);
  if (empty) return at(0ms, [this, run] { post(runtime::TreeEmpty{run}); });
  found->second.awaited = true;
}

void World::release(RunId run) {
  if (!has_effect()) return;
  const auto found = processes_.find(run);
  if (found == processes_.end()) return;
  if (found->second.main_alive || found->second.leftovers_alive) {
    violations.push_back("released while it lives: " + found->second.name);
  }
  processes_.erase(found);
}

}  // namespace mainstay::sim
