#include "journal.h"

#include <map>
#include <mutex>
#include <utility>

#include "process/proc_linux.h"
#include "process/state_file.h"

namespace mainstay {

namespace {

// From a change to its being written, and from one write to the next at least. What a supervisor
// that dies in between had no time to write, the next one finds by its cookie.
constexpr Duration kSoon = std::chrono::milliseconds{200};
constexpr Duration kPause = std::chrono::seconds{1};

}  // namespace

// What the worker uses; the mutex is for close() alone.
struct Journal::Writer {
  explicit Writer(std::filesystem::path dir)
      : state_dir(std::move(dir)), boot_id(process::current_boot_id()) {}

  // An empty text, or why it could not be written.
  std::string write(process::SavedState state) {
    const std::lock_guard lock{mutex};
    state.boot_id = boot_id;
    for (process::SavedRun& run : state.runs)
      run.start_time = start_time_of(run);
    std::erase_if(start_times, [&](const auto& entry) { return entry.second.round != round; });
    ++round;
    const Status written = process::write_state_file(state_dir, encode(state));
    return written ? "" : written.error().message;
  }

  std::uint64_t start_time_of(const process::SavedRun& run) {
    Known& known = start_times[run.run];
    known.round = round;
    if (known.ticks == 0) {
      const auto stat = proc.stat(run.pid);
      if (stat) known.ticks = stat->start_time;
    }
    return known.ticks;
  }

  struct Known {
    std::uint64_t ticks = 0;
    std::uint64_t round = 0;  // of its latest use
  };

  const std::filesystem::path state_dir;
  const std::string boot_id;
  std::mutex mutex;
  process::Proc proc;
  std::map<RunId, Known> start_times;
  std::uint64_t round = 1;
};

Journal::Journal(io::Loop& loop, std::filesystem::path state_dir,
                 std::function<void(const std::string&)> notice)
    : loop_(loop),
      notice_(std::move(notice)),
      writer_(std::make_shared<Writer>(std::move(state_dir))),
      timer_(loop, [this] {
        planned_ = false;
        if (store_ != nullptr && store_->changes() != written_changes_) write();
      }) {}

void Journal::serve(const process::MemfdStateStore& store, const process::ProcessRunner& runner) {
  store_ = &store;
  runner_ = &runner;
}

void Journal::after_turn() {
  if (store_ == nullptr || planned_ || writing_ || store_->changes() == written_changes_) return;
  planned_ = true;
  timer_.start(kSoon);
}

process::SavedState Journal::snapshot() const {
  process::SavedState state;
  state.records = store_->records();
  state.runs = runner_->live_runs();
  return state;
}

void Journal::write_now(bool all_stopped) {
  if (store_ == nullptr) return;
  process::SavedState state = snapshot();
  state.all_stopped = all_stopped;
  const std::string failure = writer_->write(std::move(state));
  if (!failure.empty()) notice_(failure);
}

void Journal::save() {
  write_now(false);
}

void Journal::write() {
  writing_ = true;
  written_changes_ = store_->changes();
  const auto failure = std::make_shared<std::string>();
  loop_.in_worker([writer = writer_, failure,
                   state = snapshot()]() mutable { *failure = writer->write(std::move(state)); },
                  [this, failure] { on_written(*failure); });
}

void Journal::on_written(const std::string& failure) {
  writing_ = false;
  if (!failure.empty()) {
    if (!std::exchange(failing_, true)) notice_(failure);
    written_changes_ = 0;
  } else {
    failing_ = false;
  }
  planned_ = true;
  timer_.start(kPause);
}

void Journal::close() {
  write_now(true);
  store_ = nullptr;
}

}  // namespace mainstay
