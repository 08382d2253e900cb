#include "history/crash_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "history/crash_evidence.h"
#include "history/crash_store.h"
#include "io/clock.h"
#include "logs/names.h"

namespace mainstay::history {

namespace {

// The group where the kernel counts whom it killed.
const std::string& counting_group(const process::TreeIndex::Entry& entry) {
  return entry.memory ? entry.memory.folder : entry.cgroup;
}

}  // namespace

// What came of a batch.
struct CrashRecorder::Written {
  std::vector<std::string> notices;
  std::string failure;  // the last one; empty: all were written
  std::map<std::string, std::uint64_t> lost;
};

// What the worker uses. The loop only hands over, so it never waits for it but in close().
class CrashRecorder::Writer {
 public:
  explicit Writer(const RecorderOptions& options)
      : store_(options.state_dir,
               [this](const std::string& text) { written_.notices.push_back(text); }),
        evidence_(options.log_dir) {}

  void hand_over(Batch batch) {
    const std::lock_guard lock{handing_over_};
    std::ranges::move(batch, std::back_inserter(handed_));
  }

  // All that was handed over; what another thread has begun is finished first.
  Written write() {
    const std::lock_guard lock{writing_};
    written_ = {};
    for (CrashScene& scene : take()) {
      const CrashRecord record = evidence_.complete(std::move(scene), io::read_clocks());
      if (const Status kept = store_.append(record); !kept) {
        written_.failure = kept.error().message;
        written_.lost[record.service] += 1 + record.left_out;
      }
    }
    return std::move(written_);
  }

  void begin(const process::TreeIndex& trees) {
    const std::lock_guard lock{writing_};
    for (const auto& entry : trees.entries)
      evidence_.look_at_group(counting_group(entry));
  }

 private:
  Batch take() {
    const std::lock_guard lock{handing_over_};
    return std::exchange(handed_, {});
  }

  std::mutex handing_over_;
  Batch handed_;
  std::mutex writing_;
  Written written_;
  CrashStore store_;
  CrashEvidence evidence_;
};

namespace {

std::string group_of(const process::TreeIndex& trees, const CrashRecord& record) {
  const std::string name = fmt::format("{}:{}", record.service, record.index);
  const auto found =
      std::ranges::lower_bound(trees.entries, name, {}, &process::TreeIndex::Entry::instance);
  const bool is_known = found != trees.entries.end() && found->instance == name;
  return is_known ? counting_group(*found) : "";
}

// No line of the run was captured before. What was captured when the run before it was seen to have
// ended is of that one; without it, what is known of the end may be late by a little.
WallTime beginning(const CrashRecord& record, WallTime noticed, std::optional<WallTime> before) {
  constexpr Duration kSlack = std::chrono::milliseconds{100};
  const WallTime began = record.at + -(record.run_time + kSlack);
  const bool is_usable = before && *before < noticed;  // the clock may have been set back
  return is_usable ? std::max(began, *before + Duration{1}) : began;
}

}  // namespace

CrashRecorder::CrashRecorder(io::Loop& loop, RecorderOptions options,
                             const std::vector<model::ServiceSpec>& services,
                             const process::ProcessTrees& trees, Notice notice)
    : loop_(loop),
      options_(std::move(options)),
      trees_(trees),
      notice_(std::move(notice)),
      writer_(std::make_shared<Writer>(options_)) {
  for (const model::ServiceSpec& service : services)
    services_.emplace(service.name, &service);
}

void CrashRecorder::begin() {
  const auto trees = trees_.index();
  const auto has_group = [](const auto& entry) { return !counting_group(entry).empty(); };
  if (std::ranges::none_of(trees->entries, has_group)) return;
  loop_.in_worker([writer = writer_, trees] { writer->begin(*trees); }, [] {});
}

// When the end before this one was noticed.
std::optional<WallTime> CrashRecorder::note_end(const runtime::Event& event) {
  const auto [end, is_first] = ended_.try_emplace(event.instance, event.at);
  return is_first ? std::nullopt : std::optional{std::exchange(end->second, event.at)};
}

void CrashRecorder::on_event(const runtime::Event& event) {
  if (event.kind != EventKind::ServiceExited) return;
  const auto declared = services_.find(event.service);
  if (declared == services_.end()) return;
  const model::ServiceSpec& spec = *declared->second;
  const auto before = note_end(event);
  auto record = crash_of(event, spec.restart);
  if (!record) return;
  if (queue_.size() >= options_.queue) {
    ++left_out_[event.service];
    return;
  }
  if (const auto left_out = left_out_.extract(event.service)) record->left_out = left_out.mapped();
  const auto base = logs::log_base_name(spec.name, spec.instances, record->index);
  CrashScene scene;
  scene.began = beginning(*record, event.at, before);
  scene.noticed = event.at;
  scene.logs = logs::sources_of(spec.name, event.instance, base, spec.logs);
  scene.cwd = spec.cwd.text;
  scene.record = std::move(*record);
  queue_.push_back(std::move(scene));
  start_batch();
}

void CrashRecorder::hand_over() {
  const auto trees = trees_.index();
  for (CrashScene& scene : queue_)
    scene.cgroup = group_of(*trees, scene.record);
  writer_->hand_over(std::exchange(queue_, {}));
}

void CrashRecorder::start_batch() {
  if (writing_ || queue_.empty()) return;
  writing_ = true;
  hand_over();
  const auto written = std::make_shared<Written>();
  loop_.in_worker([writer = writer_, written] { *written = writer->write(); },
                  [this, written] {
                    writing_ = false;
                    on_written(*written);
                    start_batch();
                  });
}

void CrashRecorder::on_written(const Written& written) {
  for (const std::string& text : written.notices)
    notice_(text);
  for (const auto& [service, count] : written.lost)
    left_out_[service] += count;
  const bool failed = !written.failure.empty();
  if (failed && !failing_) notice_(written.failure);
  failing_ = failed;
}

void CrashRecorder::close() {
  hand_over();
  on_written(writer_->write());
}

}  // namespace mainstay::history
