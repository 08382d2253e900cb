// From what is declared to what looks.
#pragma once

#include <cstddef>
#include <memory>

#include "base/time.h"
#include "checks/log_taps.h"
#include "checks/means.h"
#include "checks/names.h"
#include "checks/prober.h"
#include "checks/repeated.h"
#include "runtime/ports.h"

namespace mainstay::checks {

// What all probers of an engine share.
struct Shared {
  explicit Shared(const Means& means) : names(means.loop, means.clock) {}

  Names names;
  LogTaps taps;
};

// Whom a check is about; for the length of a call.
struct Subject {
  const runtime::StartRequest& start;
  MonoTime started;
  Memory memory{};
};

// Both outlive the prober.
std::unique_ptr<Prober> make_prober(const model::Probe& probe, const Subject& subject,
                                    const Means& means, Shared& shared);

// `number`: its place among the checks of `owner`, which decides where in its interval it begins.
Plan plan_of(const model::CheckSpec& spec, std::string_view owner, std::size_t number, bool eager);
Plan plan_of(const model::ReadySpec& spec);

}  // namespace mainstay::checks
