#include "control/drain.h"

#include <fmt/format.h>

namespace mainstay::control {

std::string drain_sentence(const Facts& facts) {
  const DrainFact& drain = *facts.drain;
  return fmt::format(
      "drain mode since {}: the controller crashed {} times in a row. Services run and their "
      "output "
      "is kept, but nothing is started, restarted or stopped. A whole controller is tried again at "
      "{}; its end is told in the supervisor's own log. Install a version that works and run ctl "
      "upgrade",
      format_local_clock(drain.since), drain.crashes, format_local_clock(drain.tries_again_at));
}

void write_drain(JsonWriter& out, const Facts& facts) {
  out.key("drain");
  if (!facts.drain) {
    out.null();
    return;
  }
  out.open_object().key("crashes").whole(facts.drain->crashes);
  out.key("since").time(facts.drain->since);
  out.key("tries_again_at").time(facts.drain->tries_again_at);
  out.key("message").text(drain_sentence(facts)).close_object();
}

std::optional<RpcFailure> refused_by_drain(const Facts& facts, const Method& method) {
  if (!facts.drain || !method.changes() || method.handle == supervisor_upgrade) return std::nullopt;
  return RpcFailure{RpcError::Failed, "draining",
                    fmt::format("{} is refused: {}", method.name, drain_sentence(facts))};
}

}  // namespace mainstay::control
