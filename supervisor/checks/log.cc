#include "checks/log.h"

#include <algorithm>
#include <utility>

namespace mainstay::checks {

namespace {

// An index of times may put a line as much before its time (logs/index.h).
constexpr Duration kIndexStep = std::chrono::milliseconds{4};
constexpr std::size_t kPulledAtOnce = 64 * 1024;

logs::LogQuery all_since(WallTime since) {
  logs::LogQuery query;
  query.span.since = {since.since_epoch - kIndexStep};
  query.to_the_end = true;
  query.whole_lines = true;
  return query;
}

std::optional<Regex> compile(const std::string& pattern) {
  auto regex = Regex::compile(pattern);
  return regex ? std::optional{std::move(*regex)} : std::nullopt;
}

}  // namespace

LogProber::LogProber(const Means& means, LogTaps& taps, const model::LogProbe& probe,
                     std::vector<logs::Source> sources, WallTime since)
    : means_(means),
      taps_(taps),
      pattern_(probe.pattern),
      regex_(compile(probe.pattern)),
      sources_(std::move(sources)),
      since_(since),
      pull_soon_(means.loop, [this] { pull(); }) {
  for (const logs::Source& source : sources_)
    taps_.add(source.file, *this);
}

LogProber::~LogProber() {
  for (const logs::Source& source : sources_)
    taps_.remove(source.file, *this);
}

std::string LogProber::awaits() const {
  if (sources_.empty()) return "a line to look at: its output is not kept (logs)";
  return "a line that matches '" + pattern_ + "' yet";
}

void LogProber::look(Duration, Done done) {
  done_ = std::move(done);
  if (regex_ && !sources_.empty()) begin_past();
}

void LogProber::begin_past() {
  past_ = std::make_shared<logs::LogReading>(means_.logs.path(), sources_, all_since(since_),
                                             logs::LineFilter{regex_, std::nullopt});
  cuts_meanwhile_.clear();
  read_on();
}

void LogProber::read_on() {
  past_->read_past(means_.loop, guard_([this] { on_past(); }));
}

void LogProber::on_past() {
  if (!past_->lines().empty()) return finish(passed());
  if (!past_->past_ended()) return read_on();
  follower_ = std::make_unique<logs::Follower>(means_.logs, sources_, past_->positions());
  cuts_meanwhile_.tell(*follower_, *past_);
  pull();
}

void LogProber::log_grew(const std::string& file) {
  if (!follower_) return;
  follower_->grew(file);
  pull_soon_.start(Duration{0});
}

void LogProber::log_rotated(const logs::Rotated& rotated) {
  if (follower_) {
    follower_->rotated(rotated);
  } else if (done_) {
    cuts_meanwhile_.add(means_.logs, rotated);
  }
}

void LogProber::pull() {
  if (!done_) return;
  const logs::Pulled pulled = follower_->pull(kPulledAtOnce);
  const bool found = std::any_of(pulled.lines.begin(), pulled.lines.end(),
                                 [this](const auto& line) { return regex_->found_in(line.text); });
  if (found) return finish(passed());
  if (follower_->has_pending()) pull_soon_.start(Duration{0});
}

void LogProber::finish(Answer answer) {
  std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace mainstay::checks
