#include "checks/gateway_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/clock.h"

namespace mainstay::checks {

namespace {

// So many deadlines in a row without any answer: it hangs.
constexpr std::size_t kMissesOfAHang = 3;
// The answers may be waiting: it was us who did not run.
constexpr Duration kWeWereLate = std::chrono::milliseconds{500};
constexpr Duration kSecondLook = std::chrono::milliseconds{100};

MonoTime now() {
  return io::read_clocks().mono;
}

}  // namespace

GatewayClient::GatewayClient(io::Loop& loop, process::AuxiliaryRuns& runs, GatewayOptions options,
                             std::function<void(const std::string&)> notice)
    : options_(std::move(options)),
      deadline_(loop, [this] { on_deadline(); }),
      delivery_(loop, [this] { deliver(); }),
      idle_(loop, [this] { end_when_idle(); }),
      gateway_(loop, runs, options_.program, options_.settled, *this, std::move(notice)) {}

GatewayClient::~GatewayClient() = default;

std::uint64_t GatewayClient::request(HttpRequest request, std::function<void(HttpOutcome)> done) {
  const std::uint64_t token = next_token_++;
  const MonoTime deadline = now() + request.timeout + options_.grace;
  const bool many = asked_.size() >= kMaxUnderWay;
  asked_.emplace(token, Asked{std::move(done), deadline});
  const std::string why = many
                              ? fmt::format("not asked: {} HTTP checks are under way", kMaxUnderWay)
                              : send(token, std::move(request));
  if (!why.empty()) {
    decide(token, why);
    return token;
  }
  deadlines_.emplace(deadline, token);
  watch_deadlines();
  return token;
}

// Why it was not sent, or nothing.
std::string GatewayClient::send(std::uint64_t token, HttpRequest request) {
  const std::string problem = problem_of(request);
  if (!problem.empty()) return "not asked: " + problem;
  const std::string why = gateway_.prepare();
  if (!why.empty()) return why;
  idle_.start(options_.idle);
  if (gateway_.send(AskHttp{token, std::move(request)})) return "";
  return "not asked: the HTTP gateway does not keep up";
}

void GatewayClient::cancel(std::uint64_t token) {
  if (!asked_.contains(token)) return;
  forget(token);
  gateway_.send(CancelHttp{token});
}

void GatewayClient::forget(std::uint64_t token) {
  const auto found = asked_.find(token);
  deadlines_.erase({found->second.deadline, token});
  asked_.erase(found);
}

void GatewayClient::on_answer(std::uint64_t token, HttpOutcome outcome) {
  missed_ = 0;
  finish(token, std::move(outcome));
}

void GatewayClient::finish(std::uint64_t token, HttpOutcome outcome) {
  const auto found = asked_.find(token);
  if (found == asked_.end()) return;
  const auto done = std::move(found->second.done);
  forget(token);
  done(std::move(outcome));
}

void GatewayClient::on_gone(const std::string& why) {
  missed_ = 0;
  for (const auto& [deadline, token] : deadlines_)
    decide(token, why);
  deadlines_.clear();
}

// From the loop, so that nobody is called from inside of request().
void GatewayClient::decide(std::uint64_t token, const std::string& why) {
  HttpOutcome outcome;
  outcome.message = why;
  decided_.push_back({token, std::move(outcome)});
  if (decided_.size() == 1) delivery_.start(Duration{0});
}

void GatewayClient::deliver() {
  for (Decided& one : std::exchange(decided_, {}))
    finish(one.token, std::move(one.outcome));
}

// The timer is set anew only for an earlier deadline: most requests are answered long before.
void GatewayClient::watch_deadlines() {
  if (deadlines_.empty()) return;
  const MonoTime next = deadlines_.begin()->first;
  if (watched_ && *watched_ <= next) return;
  watched_ = next;
  deadline_.start(std::max(Duration{0}, next - now()));
}

void GatewayClient::on_deadline() {
  watched_.reset();
  const MonoTime at = now();
  const bool late = !deadlines_.empty() && at - deadlines_.begin()->first > kWeWereLate;
  looked_twice_ = late && !looked_twice_;
  if (looked_twice_) {
    watched_ = at + kSecondLook;
    return deadline_.start(kSecondLook);
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= at)
    give_up(deadlines_.begin()->second);
  watch_deadlines();
}

void GatewayClient::give_up(std::uint64_t token) {
  deadlines_.erase(deadlines_.begin());
  decide(token, "the HTTP gateway does not answer");
  gateway_.send(CancelHttp{token});
  if (++missed_ >= kMissesOfAHang) gateway_.replace("the HTTP gateway hangs");
}

void GatewayClient::serve(GatewayPage& page) {
  on_gone("the HTTP gateway was started anew to serve the page");
  gateway_.serve(page);
}

void GatewayClient::end_when_idle() {
  if (!asked_.empty()) return idle_.start(options_.idle);
  gateway_.end();
}

}  // namespace mainstay::checks
