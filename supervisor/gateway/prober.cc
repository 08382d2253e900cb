#include "gateway/prober.h"

#include <fmt/format.h>

#include <utility>

#include "io/clock.h"

namespace mainstay::gateway {

using checks::HttpOutcome;
using checks::HttpRequest;
using checks::HttpVerdict;

struct Prober::Inquiry {
  std::uint64_t token = 0;
  HttpRequest request;
  Target target;
  std::function<void(HttpOutcome)> done;
  MonoTime asked;
  Duration name_lookup{0};
  std::unique_ptr<io::Timer> deadline;  // of the look-up; later libcurl keeps it
};

namespace {

MonoTime now() {
  return io::read_clocks().mono;
}

HttpOutcome unknown(std::string why) {
  HttpOutcome outcome;
  outcome.message = std::move(why);
  return outcome;
}

}  // namespace

Prober::Prober(io::Loop& loop, std::size_t limit)
    : loop_(loop), limit_(limit), names_(loop), outgoing_(loop) {}

Prober::~Prober() = default;

void Prober::ask(std::uint64_t token, HttpRequest request, std::function<void(HttpOutcome)> done) {
  if (inquiries_.size() >= limit_)
    return done(unknown(fmt::format(
        "not asked: {} HTTP checks are under way; raise the limit of open files", limit_)));
  auto target = target_of(request.url);
  if (!target) return done(unknown(target.error().message));
  auto fresh = std::make_unique<Inquiry>();
  fresh->token = token;
  fresh->request = std::move(request);
  fresh->target = std::move(*target);
  fresh->done = std::move(done);
  fresh->asked = now();
  Inquiry& inquiry = *fresh;
  if (!inquiries_.emplace(token, std::move(fresh)).second) return;  // a token is used once
  if (inquiry.target.needs_lookup) {
    look_up(inquiry);
  } else {
    connect(inquiry, {});
  }
}

void Prober::look_up(Inquiry& inquiry) {
  const std::uint64_t token = inquiry.token;
  inquiry.deadline = std::make_unique<io::Timer>(loop_, [this, token] {
    Answer late;
    late.end = End::NoName;
    late.detail = "no answer within " + format_exact(inquiries_.at(token)->request.timeout);
    finish(token, late);
  });
  inquiry.deadline->start(inquiry.request.timeout);
  names_.look_up(inquiry.target.host, token,
                 [this, token](const Addresses& found) { connect(*inquiries_.at(token), found); });
}

void Prober::connect(Inquiry& inquiry, const Addresses& found) {
  const std::uint64_t token = inquiry.token;
  inquiry.deadline.reset();
  if (inquiry.target.needs_lookup) inquiry.name_lookup = now() - inquiry.asked;
  if (!found.problem.empty()) {
    Answer nameless;
    nameless.end = found.ours ? End::Unable : End::NoName;
    nameless.detail = found.problem;
    return finish(token, nameless);
  }
  outgoing_.start(token, inquiry.request, inquiry.target, found.addresses,
                  inquiry.request.timeout - inquiry.name_lookup,
                  [this, token](const Answer& answer) { finish(token, answer); });
}

void Prober::finish(std::uint64_t token, const Answer& answer) {
  const auto found = inquiries_.find(token);
  const std::unique_ptr<Inquiry> inquiry = std::move(found->second);
  inquiries_.erase(found);
  if (inquiry->deadline) names_.cancel(inquiry->target.host, token);
  HttpOutcome outcome = judge_.judge(inquiry->request, inquiry->target, answer);
  outcome.name_lookup = inquiry->name_lookup;
  if (answer.connected) outcome.connect = inquiry->name_lookup + answer.connect;
  outcome.total = now() - inquiry->asked;
  inquiry->done(std::move(outcome));
}

void Prober::cancel(std::uint64_t token) {
  const auto found = inquiries_.find(token);
  if (found == inquiries_.end()) return;
  if (found->second->deadline) names_.cancel(found->second->target.host, token);
  outgoing_.cancel(token);
  inquiries_.erase(found);
}

}  // namespace mainstay::gateway
