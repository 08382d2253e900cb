#include "control/history_state.h"

#include "history/history.h"

namespace mainstay::control {

void write_history_state(JsonWriter& out, const Parts& parts) {
  const history::HistoryStatus& status = parts.history.status();
  out.key("history").open_object().key("state").text(to_string(status.state)).key("reason");
  status.reason.empty() ? out.null() : out.text(status.reason);
  out.close_object();
}

RpcFailure history_failure(const Error& error) {
  return {RpcError::Failed, "history_unavailable", error.message};
}

}  // namespace mainstay::control
