#include "history/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

#include "base/text.h"
#include "io/clock.h"

namespace mainstay::history {

namespace {

// From the first thing that is to be written to its being written with what else has come.
constexpr Duration kSoon = std::chrono::milliseconds{150};
constexpr Duration kLongestRetry = std::chrono::seconds{30};
constexpr std::size_t kManyEvents = 512;  // are written at once
constexpr std::size_t kMostQuestions = 64;
constexpr std::size_t kCheckedAtOnce = 2000;  // entries of the audit log
// What the database refuses for itself, again and again, is given up.
constexpr int kMostRefusals = 3;
// So often somebody else may hold the file before that is said.
constexpr int kMostBusy = 10;
// Answers come first; but now and then what is due must be done, however much is asked.
constexpr int kUntidyTurns = 50;

Error no_history(const std::string& reason) {
  return Error{"there is no history: " + reason};
}

std::string kept_not(const Dropped& dropped) {
  return fmt::format("{}, {} of samples and {} were not kept", count_of(dropped.events, "event"),
                     count_of(dropped.rounds, "round"), count_of(dropped.crashes, "crash record"));
}

}  // namespace

// One turn of the worker, and what came of it.
struct History::Job {
  bool writes = true;
  std::vector<Question> questions;
  std::optional<Status> written;  // nothing: there was nothing to write
  std::uint64_t newest_event = 0;
  std::vector<std::string> notices;
};

// What the worker uses. The loop never waits for it but in last_event() and close().
class History::Worker {
 public:
  Worker(const HistoryOptions& options, std::shared_ptr<Backlog> backlog)
      : backlog_(std::move(backlog)),
        store_({.state_dir = options.state_dir, .keep = options.keep, .clock = io::read_clocks}) {}

  void run(Job& job) {
    const std::lock_guard lock{mutex_};
    if (closed_) return;
    if (job.writes) write(job);
    for (const Question& question : job.questions)
      question.ask(store_);
    tidy(job);
    job.notices = store_.take_notices();
  }

  void close(Job& job) {
    run(job);
    const std::lock_guard lock{mutex_};
    closed_ = true;
    store_.close();
  }

 private:
  void write(Job& job) {
    Batch batch = backlog_->take();
    if (batch.empty()) return;
    job.written = store_.write(batch);
    if (*job.written) {
      refusals_ = 0;
      if (!batch.events.empty()) job.newest_event = batch.events.back().id;
    } else if (job.written->error().code == 0 && ++refusals_ >= kMostRefusals) {
      refusals_ = 0;
      backlog_->drop(batch);
    } else {
      backlog_->give_back(std::move(batch));
    }
  }

  void tidy(const Job& job) {
    if (!job.questions.empty() && ++untidy_turns_ < kUntidyTurns) return;
    untidy_turns_ = 0;
    store_.tidy();
  }

  std::shared_ptr<Backlog> backlog_;
  std::mutex mutex_;
  Store store_;
  int refusals_ = 0;
  int untidy_turns_ = 0;
  bool closed_ = false;
};

History::History(io::Loop& loop, HistoryOptions options, Notice notice)
    : loop_(loop),
      options_(std::move(options)),
      notice_(std::move(notice)),
      backlog_(std::make_shared<Backlog>(options_.limits)),
      worker_(std::make_shared<Worker>(options_, backlog_)),
      timer_(loop,
             [this] {
               planned_ = false;
               if (!working_) start_job(true);
             }),
      retry_(options_.first_retry) {
  if (!options_.off.empty()) status_ = {HistoryState::Off, options_.off};
}

void History::on_event(const runtime::Event& event) {
  if (status_.state == HistoryState::Off) return;
  backlog_->add(event);
  plan();
}

void History::add(Round round) {
  if (status_.state == HistoryState::Off) return;
  backlog_->add(std::move(round));
  plan();
}

void History::add(CrashRecord record) {
  if (status_.state == HistoryState::Off) return;
  backlog_->add(std::move(record));
  plan();
}

template <typename T, typename Ask>
void History::enqueue(Ask ask, Answer<T> done) {
  if (status_.state == HistoryState::Off) return done(no_history(status_.reason));
  if (questions_.size() >= kMostQuestions) {
    return done(Error{"too much is asked of the history at once: try again"});
  }
  const auto answer = std::make_shared<Result<T>>(Error{"the history is closed"});
  questions_.push_back({[answer, ask = std::move(ask)](Store& store) { *answer = store.ask(ask); },
                        [answer, done = std::move(done)] { done(std::move(*answer)); }});
  plan();
}

void History::samples(SeriesQuery query, Answer<std::vector<SeriesAnswer>> done) {
  enqueue([query = std::move(query)](Tables& tables) { return tables.samples.query(query); },
          std::move(done));
}

void History::latest(SeriesKind kind, std::vector<std::string> names,
                     Answer<std::vector<LatestAnswer>> done) {
  enqueue([kind,
           names = std::move(names)](Tables& tables) { return tables.samples.latest(kind, names); },
          std::move(done));
}

void History::names(SeriesKind kind, Answer<std::vector<std::string>> done) {
  enqueue([kind](Tables& tables) { return tables.samples.names(kind); }, std::move(done));
}

void History::events(EventQuery query, Answer<std::vector<runtime::Event>> done) {
  enqueue([query = std::move(query)](Tables& tables) { return tables.events.query(query); },
          std::move(done));
}

void History::audit(EventQuery query, Answer<std::vector<AuditEntry>> done) {
  enqueue([query = std::move(query)](Tables& tables) { return tables.events.entries(query); },
          std::move(done));
}

void History::check_audit(AuditCheck check, Answer<AuditCheck> done) {
  enqueue([check = std::move(check)](
              Tables& tables) { return check_on(*tables.database, check, kCheckedAtOnce); },
          std::move(done));
}

void History::crashes(std::string service, Answer<std::vector<CrashRecord>> done) {
  enqueue([service = std::move(service)](Tables& tables) { return tables.crashes.newest(service); },
          std::move(done));
}

Result<std::uint64_t> History::last_event() {
  if (status_.state == HistoryState::Off) return no_history(status_.reason);
  Result<std::uint64_t> last{Error{}};
  Job job;
  job.writes = false;
  job.questions.push_back({[&last](Store& store) {
                             last =
                                 store.ask([](Tables& tables) { return tables.events.last_id(); });
                           },
                           [] {}});
  worker_->run(job);
  say(job);
  return last;
}

// Questions go at once: somebody waits for them.
void History::plan() {
  if (working_ || status_.state == HistoryState::Off) return;
  if (!questions_.empty()) return start_job(failures_ == 0);
  if (backlog_->empty()) return;
  if (failures_ == 0 && backlog_->events() >= kManyEvents) return start_job(true);
  if (std::exchange(planned_, true)) return;
  timer_.start(failures_ == 0 ? kSoon : retry_);
}

void History::start_job(bool writes) {
  working_ = true;
  if (writes && std::exchange(planned_, false)) timer_.cancel();
  const auto job = std::make_shared<Job>();
  job->writes = writes;
  job->questions = std::exchange(questions_, {});
  loop_.in_worker([worker = worker_, job] { worker->run(*job); }, [this, job] { on_done(*job); });
}

void History::on_done(const Job& job) {
  working_ = false;
  say(job);
  for (const Question& question : job.questions)
    question.done();
  plan();
}

void History::say(const Job& job) {
  for (const std::string& text : job.notices)
    notice_(text);
  if (!job.written) return;
  *job.written ? on_written(job.newest_event) : on_failed(job.written->error());
}

void History::on_written(std::uint64_t newest_event) {
  failures_ = 0;
  retry_ = options_.first_retry;
  const bool was_paused = status_.state == HistoryState::Paused;
  if (status_.state != HistoryState::Off) status_ = {};  // it was closed meanwhile
  const Dropped dropped = backlog_->take_dropped();
  if (was_paused) {
    notice_("the history goes on" + (dropped.any() ? "; " + kept_not(dropped) : ""));
  } else if (dropped.any()) {
    notice_("the history could not keep up: " + kept_not(dropped));
  }
  if (newest_event != 0 && stored_) stored_(newest_event);
}

void History::on_failed(const Error& why) {
  if (why.code == ENOTSUP) return turn_off(why.message);
  const bool may_pass = why.code == EBUSY;  // and is not waited for longer and longer
  if (failures_++ > 0 && !may_pass) retry_ = std::min(retry_ * 2, kLongestRetry);
  if (may_pass && failures_ < kMostBusy) return;
  if (status_.state == HistoryState::Paused) return;
  status_ = {HistoryState::Paused, why.message};
  notice_(
      fmt::format("the history is paused: {}; services are not affected, and it goes on by "
                  "itself when that is over",
                  why.message));
}

void History::turn_off(std::string reason) {
  status_ = {HistoryState::Off, std::move(reason)};
  backlog_->take();
  for (const Question& question : std::exchange(questions_, {}))
    question.done();
  notice_(
      fmt::format("there is no history: {}; services are not affected. Use that program, or "
                  "move the file away and start the supervisor again",
                  status_.reason));
}

void History::close() {
  if (planned_) timer_.cancel();
  Job job;
  worker_->close(job);
  say(job);
  if (status_.state != HistoryState::Off) status_ = {HistoryState::Off, "it is closed"};
}

}  // namespace mainstay::history
