#include "control/analyses.h"

#include <utility>

#include "control/analysis_writer.h"
#include "control/json_writer.h"
#include "history/history.h"

namespace mainstay::control {

namespace {

constexpr Duration kTellEvery = std::chrono::milliseconds{200};

std::string progress_item(const logs::Analysis::Progress& progress) {
  JsonWriter out;
  out.open_object().key("service").text(progress.service);
  out.key("services_done").whole(static_cast<std::int64_t>(progress.services_done));
  out.key("services").whole(static_cast<std::int64_t>(progress.services));
  out.key("bytes_done").whole(static_cast<std::int64_t>(progress.bytes_done));
  out.key("bytes").whole(static_cast<std::int64_t>(progress.bytes)).close_object();
  return out.take();
}

}  // namespace

void Analyses::add(std::shared_ptr<AnalysisRun> run) {
  if (running_ && run->wish().progress) {
    JsonWriter out;
    out.open_object().key("queued").whole(static_cast<std::int64_t>(queue_.size() + 1));
    out.close_object();
    run->call().item(out.take());
  }
  queue_.push_back(std::move(run));
  if (!running_) next();
}

// Those whose clients are gone are skipped.
void Analyses::next() {
  running_.reset();
  while (!queue_.empty() && !running_) {
    if (queue_.front()->call().open()) running_ = std::move(queue_.front());
    queue_.pop_front();
  }
  if (!running_) return;
  told_at_ = parts_.clock().mono;
  go_on();
}

void Analyses::go_on() {
  const auto work = [run = running_] { run->slice(); };
  parts_.loop.in_worker(work, [alive = std::weak_ptr(self_)] {
    if (const auto self = alive.lock()) (*self)->on_slice();
  });
}

void Analyses::on_slice() {
  if (!running_->call().open()) return next();
  if (!running_->problem().empty()) {
    running_->call().fail({RpcError::Failed, "failed", running_->problem()});
    return next();
  }
  if (running_->has_read()) return count_restarts();
  tell_progress();
  go_on();
}

void Analyses::count_restarts() {
  const auto take = [alive =
                         std::weak_ptr(self_)](const Result<std::vector<runtime::Event>>& page) {
    const auto self = alive.lock();
    if (!self) return;
    Analyses& analyses = **self;
    if (page && analyses.running_->count_restarts(*page)) return analyses.count_restarts();
    if (!page) analyses.running_->count_remembered_restarts(analyses.parts_.controller);
    analyses.look_at_usage();
  };
  parts_.history.events(running_->events_wanted(), take);
}

void Analyses::look_at_usage() {
  parts_.usage.refresh([alive = std::weak_ptr(self_)] {
    if (const auto self = alive.lock()) (*self)->finish();
  });
}

void Analyses::tell_progress() {
  const MonoTime now = parts_.clock().mono;
  const Call& call = running_->call();
  if (!running_->wish().progress || now - told_at_ < kTellEvery || !call.keeps_up()) return;
  told_at_ = now;
  call.item(progress_item(running_->progress()));
}

// A thousand services have much to tell: what to think of it is for the worker, too.
void Analyses::finish() {
  running_->look_at_services(parts_);
  const auto text = std::make_shared<std::string>();
  parts_.loop.in_worker(
      [run = running_, text] {
        *text = analysis_text(run->judge(), run->wish().span, run->progress().bytes);
      },
      [alive = std::weak_ptr(self_), text] {
        const auto self = alive.lock();
        if (!self) return;
        Analyses& analyses = **self;
        if (analyses.running_->call().open()) analyses.running_->call().answer(*text);
        analyses.next();
      });
}

}  // namespace mainstay::control
