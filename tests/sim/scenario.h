// Words for scenarios.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "sim/world.h"

namespace mainstay::sim {

using runtime::ExitStatus;
using runtime::Verb;

inline ExitStatus code(int number) {
  return {ExitStatus::Kind::Code, number, false};
}
inline ExitStatus signal(int number) {
  return {ExitStatus::Kind::Signal, number, false};
}

// A world whose end checks what must never have been.
struct Scene : World {
  ~Scene() override {
    for (const std::string& violation : violations)
      FAIL_CHECK(violation);
  }

  // A service that ends with `status` so long after each start.
  model::ServiceSpec& crasher(const std::string& name, Duration after,
                              ExitStatus status = code(1)) {
    life(name).runs_for = after;
    life(name).ends_with = status;
    return declare_with(name);
  }

  model::ServiceSpec& declare_with(const std::string& name) {
    const Life kept = life(name);
    model::ServiceSpec& spec = declare(name);
    life(name) = kept;
    return spec;
  }

  // The outcome of a request about one instance; it must be there.
  runtime::Outcome outcome(runtime::RequestId request) {
    const auto outcomes = controller().take_finished(request);
    REQUIRE(outcomes.has_value());
    REQUIRE(outcomes->size() == 1);
    return outcomes->front();
  }

  bool did(const std::string& deed) const {
    return std::find(deeds.begin(), deeds.end(), deed) != deeds.end();
  }
};

}  // namespace mainstay::sim
