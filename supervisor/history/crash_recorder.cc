#include "history/crash_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "history/crash_evidence.h"
#include "io/clock.h"
#include "logs/names.h"

namespace mainstay::history {

namespace {

// Each record may have 128 KiB of last words.
constexpr std::size_t kAtOnce = 16;

// The group where the kernel counts whom it killed.
const std::string& counting_group(const process::TreeIndex::Entry& entry) {
  return entry.memory ? entry.memory.folder : entry.cgroup;
}

}  // namespace

// What the worker uses. The loop only hands over, so it never waits for it but in close().
class CrashRecorder::Examiner {
 public:
  explicit Examiner(const RecorderOptions& options) : evidence_(options.log_dir) {}

  void hand_over(Scenes scenes) {
    const std::lock_guard lock{handing_over_};
    std::ranges::move(scenes, std::back_inserter(handed_));
  }

  // All that was handed over; what another thread has begun is finished first.
  void examine() {
    const std::lock_guard lock{examining_};
    for (CrashScene& scene : take()) {
      CrashRecord record = evidence_.complete(std::move(scene), io::read_clocks());
      const std::lock_guard adding{handing_over_};
      records_.push_back(std::move(record));
    }
  }

  Records take_records() {
    const std::lock_guard lock{handing_over_};
    return std::exchange(records_, {});
  }

  void begin(const process::TreeIndex& trees) {
    const std::lock_guard lock{examining_};
    for (const auto& entry : trees.entries)
      evidence_.look_at_group(counting_group(entry));
  }

 private:
  Scenes take() {
    const std::lock_guard lock{handing_over_};
    return std::exchange(handed_, {});
  }

  std::mutex handing_over_;
  Scenes handed_;
  Records records_;
  std::mutex examining_;
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
                             const process::ProcessTrees& trees, Keep keep)
    : loop_(loop),
      options_(std::move(options)),
      trees_(trees),
      keep_(std::move(keep)),
      examiner_(std::make_shared<Examiner>(options_)) {
  for (const model::ServiceSpec& service : services)
    services_.emplace(service.name, &service);
}

void CrashRecorder::begin() {
  const auto trees = trees_.index();
  const auto has_group = [](const auto& entry) { return !counting_group(entry).empty(); };
  if (std::ranges::none_of(trees->entries, has_group)) return;
  loop_.in_worker([examiner = examiner_, trees] { examiner->begin(*trees); }, [] {});
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
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kAtOnce));
  Scenes scenes{std::make_move_iterator(queue_.begin()),
                std::make_move_iterator(queue_.begin() + count)};
  queue_.erase(queue_.begin(), queue_.begin() + count);
  for (CrashScene& scene : scenes)
    scene.cgroup = group_of(*trees, scene.record);
  examiner_->hand_over(std::move(scenes));
}

void CrashRecorder::start_batch() {
  if (working_ || queue_.empty()) return;
  working_ = true;
  hand_over();
  loop_.in_worker([examiner = examiner_] { examiner->examine(); },
                  [this] {
                    working_ = false;
                    keep_records();
                    start_batch();
                  });
}

void CrashRecorder::keep_records() {
  for (CrashRecord& record : examiner_->take_records())
    keep_(std::move(record));
}

void CrashRecorder::close() {
  do {
    hand_over();
    examiner_->examine();
    keep_records();
  } while (!queue_.empty());
}

}  // namespace mainstay::history
