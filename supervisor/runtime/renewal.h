// A change of configuration, as the controller after it sees it: what was recorded under the
// earlier one, and what is declared now. Decided by value; Supervision carries it out.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/controller.h"

namespace mainstay::runtime {

struct Instance;
struct Service;
struct StoredRecord;

// How many instances the service is to have after a takeover; with a renewal or without. `first`:
// the record of its first one, if there is any; `needed`: as many as were recorded or are held.
std::uint32_t wanted_of(const std::optional<Renewal>& renewal, const Service& service,
                        const StoredRecord* first, std::uint32_t needed);

// Of a service that is rescaled: the instance becomes as wanted as `first`, the first one of its
// service. Whether it is to be started again, having been on its way out.
bool join_rescaled(Instance& instance, const Service& service, const Instance& first);

// Whether it runs, or is about to run, as an earlier configuration says, and so is restarted.
bool is_outdated(const Renewal& renewal, const Service& service, const Instance& instance);

}  // namespace mainstay::runtime
