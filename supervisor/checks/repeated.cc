#include "checks/repeated.h"

#include <algorithm>
#include <utility>

namespace mainstay::checks {

Duration phase_of(std::string_view owner, std::size_t number, Duration interval) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  const auto add = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (const char c : owner)
    add(static_cast<unsigned char>(c));
  add(number);
  hash ^= hash >> 32;  // names that differ in their last character differ in the upper bits little
  hash *= 0x9E3779B97F4A7C15ULL;
  const double share = static_cast<double>(hash >> 11) / static_cast<double>(1ULL << 53);
  return std::chrono::duration_cast<Duration>(share * interval);
}

Repeated::Repeated(io::Loop& loop, std::function<Now()> clock, std::unique_ptr<Prober> prober,
                   Plan plan, Report report)
    : clock_(std::move(clock)),
      plan_(plan),
      report_(std::move(report)),
      timer_(loop, [this] { look(); }),
      prober_(std::move(prober)) {
  const MonoTime now = clock_().mono;
  regular_ = now + plan_.first;
  const std::string awaited = prober_->awaits();
  if (!awaited.empty()) {
    next_ = now;
    if (!plan_.goes_on)
      report_({CheckVerdict::Failed, false, now, Duration{0}, "there has not been " + awaited});
  } else {
    next_ = plan_.eager ? now : regular_;
  }
  timer_.start(next_ - now);
}

void Repeated::look() {
  asked_at_ = clock_().mono;
  // A timer may be early by what milliseconds leave out.
  const MonoTime moment = std::max(asked_at_, next_);
  counts_ = moment >= regular_ || !prober_->awaits().empty();
  if (moment >= regular_)
    regular_ = regular_ + ((moment - regular_) / plan_.interval + 1) * plan_.interval;
  prober_->look(plan_.timeout, [this](Answer answer) { on_answer(std::move(answer)); });
}

void Repeated::on_answer(Answer answer) {
  const MonoTime now = clock_().mono;
  passed_ = passed_ || answer.verdict == CheckVerdict::Passed;
  report_({answer.verdict, counts_, now, answer.latency.value_or(now - asked_at_),
           std::move(answer.message)});
  if (!passed_ || !plan_.until_passed) schedule(now);
}

// Always by the timer: an answer may come from inside the question.
void Repeated::schedule(MonoTime now) {
  next_ = regular_;
  if (plan_.eager && !passed_) next_ = std::min(regular_, asked_at_ + plan_.eager_interval);
  if (!prober_->awaits().empty()) next_ = now;
  timer_.start(std::max(Duration{0}, next_ - now));
}

}  // namespace mainstay::checks
