#include "ctl/reconnect.h"

#include <utility>

#include "ctl/json_fields.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr Duration kPause = std::chrono::milliseconds{100};

}  // namespace

Reconnect::Reconnect(Context& context) : context_(context) {
  const Answer info = context.ask("supervisor.info");
  if (!info) {
    failure_ = info.failure();
    return;
  }
  keeper_.emplace(static_cast<int>(whole_of(info.result(), "pid").value_or(0)));
}

std::optional<Failure> Reconnect::again(const Failure& lost) {
  if (lost.kind != Failure::Kind::Unreachable || !keeper_) return lost;
  const Failure ended{Failure::Kind::Unreachable, "the supervisor has ended", 0, "unreachable"};
  if (keeper_->wait_until_gone(Duration{0}, -1)) return ended;
  context_.notice("lost the connection to the supervisor; trying again");
  const MonoTime deadline = io::read_clocks().mono + context_.timeout_or(kAnswerTime);
  while (io::read_clocks().mono < deadline) {
    const Answer ping = context_.ask("supervisor.ping");
    if (ping) {
      context_.notice("connected again");
      return std::nullopt;
    }
    if (ping.failure().kind != Failure::Kind::Unreachable) return ping.failure();
    if (keeper_->wait_until_gone(kPause, context_.interrupts().fd())) return ended;
    if (context_.interrupts().signal() != 0) return Failure{Failure::Kind::Interrupted, "", 0, ""};
  }
  return lost;
}

}  // namespace mainstay::ctl
