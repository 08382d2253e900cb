// Which series somebody means by a name.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "control/context.h"
#include "control/rpc.h"
#include "history/series.h"

namespace mainstay::control {

// One of the series that are asked for.
struct WantedSeries {
  history::SeriesKey key;
  std::string service;    // empty: it is of none
  std::string shown;      // what it is called elsewhere: "backend" for the instance "backend:0"
  bool declared = false;  // it will be sampled, if it was not yet
};

// All of one kind, in order, each once.
using WantedAll = std::vector<WantedSeries>;

// `host`, `disk:/srv`, `monitor:shop`, `backend/http` (its check) or targets as for services; a
// name that is no service's but a monitor's is the monitor. With `kind` they are the names that are
// stored, of services too that are not declared any more. A failure says which is not there, or
// that they are of several kinds.
std::variant<WantedAll, RpcFailure> find_series(const Context& context,
                                                const std::vector<std::string>& targets,
                                                std::optional<history::SeriesKind> kind);

}  // namespace mainstay::control
