#include "logs/archiver.h"

#include <algorithm>
#include <utility>

namespace mainstay::logs {

namespace {

// Timers do not see a clock that is set, and what cannot be deleted is tried again rarely.
constexpr Duration kLongestSleep = std::chrono::hours{6};
constexpr Duration kShortestSleep = std::chrono::seconds{1};
constexpr Duration kAfterTrouble = std::chrono::minutes{10};

}  // namespace

struct Archiver::Shared {
  JobSignals signals;
  bool alive = true;  // loop thread only
};

Archiver::Archiver(io::Loop& loop, std::filesystem::path directory, KeepPolicy policy,
                   std::function<Now()> clock)
    : loop_(loop),
      directory_(std::move(directory)),
      policy_(std::move(policy)),
      clock_(std::move(clock)),
      timer_(loop, [this] { tidy(); }),
      shared_(std::make_shared<Shared>()) {}

Archiver::~Archiver() {
  shared_->alive = false;
  shared_->signals.stop = true;
}

void Archiver::begin(std::function<void(std::span<const ArchiveName> newest)> known) {
  const auto job = [path = directory_, policy = policy_](const JobSignals&) {
    return clear_up(path, policy);
  };
  start(job, [this, known = std::move(known)](const JobReport& report) {
    known(report.newest);
    begun_ = true;
    tidy_wanted_ = true;
    for (const auto& then : std::exchange(waiting_, {}))
      then();
  });
}

void Archiver::when_known(std::function<void()> then) {
  if (begun_) return then();
  waiting_.push_back(std::move(then));
}

void Archiver::tidy() {
  tidy_wanted_ = true;
  shared_->signals.more = true;
  next();
}

void Archiver::free_space(std::uint64_t bytes, std::function<void(std::uint64_t freed)> done) {
  enqueue({[path = directory_, policy = policy_, bytes](const JobSignals&) {
             return delete_oldest(path, policy, bytes);
           },
           [done = std::move(done)](const JobReport& report) { done(report.freed); }});
}

void Archiver::delete_archives(
    std::vector<std::string> logs,
    std::function<void(std::uint64_t freed, std::optional<Error>)> done) {
  enqueue(
      {[path = directory_, policy = policy_, logs = std::move(logs)](const JobSignals&) {
         return delete_all_of(path, policy, logs);
       },
       [done = std::move(done)](const JobReport& report) { done(report.freed, report.trouble); }});
}

void Archiver::look(std::function<void(Result<Inventory>)> done) {
  const auto found = std::make_shared<std::optional<Result<Inventory>>>();
  loop_.in_worker(
      [found, path = directory_, policy = policy_] { found->emplace(look_around(path, policy)); },
      [found, done = std::move(done), shared = shared_] {
        if (shared->alive) done(std::move(**found));
      });
}

// What is compressed meanwhile would only be deleted, or is in the way of a disk that is full.
void Archiver::enqueue(Deletion deletion) {
  deletions_.push_back(std::move(deletion));
  shared_->signals.stop = true;
  next();
}

void Archiver::next() {
  if (running_) return;
  if (!deletions_.empty()) {
    Deletion deletion = std::move(deletions_.front());
    deletions_.erase(deletions_.begin());
    return start(std::move(deletion.job),
                 [this, done = std::move(deletion.done)](const JobReport& report) {
                   tidy_wanted_ = true;  // what was stopped for it, and the next one's time
                   done(report);
                 });
  }
  if (!begun_ || !std::exchange(tidy_wanted_, false)) return;
  const WallTime now = clock_().wall;
  start([path = directory_, policy = policy_,
         now](const JobSignals& signals) { return tidy_up(path, policy, now, signals); },
        [this](const JobReport& report) { plan(report); });
}

void Archiver::start(Job job, Done done) {
  running_ = true;
  shared_->signals.stop = false;
  shared_->signals.more = false;
  const auto report = std::make_shared<JobReport>();
  loop_.in_worker(
      [report, job = std::move(job), shared = shared_] { *report = job(shared->signals); },
      [this, report, done = std::move(done), shared = shared_] {
        if (!shared->alive) return;
        running_ = false;
        done(*report);
        if (shared->alive) finished(*report);
      });
}

void Archiver::finished(const JobReport& report) {
  const std::string trouble = report.trouble ? report.trouble->message : std::string{};
  const bool news = trouble != std::exchange(last_trouble_, trouble);
  if (news && report.trouble && on_trouble_) on_trouble_(*report.trouble);
  next();
}

void Archiver::plan(const JobReport& report) {
  if (!report.next) {
    timer_.cancel();
    return;
  }
  const Duration shortest = report.trouble ? kAfterTrouble : kShortestSleep;
  timer_.start(std::clamp(*report.next - clock_().wall, shortest, kLongestSleep));
}

}  // namespace mainstay::logs
