// MAINSTAY_SIM_STEPS and MAINSTAY_SIM_SEED choose how far and which way; a failure prints the seed
// of its world, with which that world alone is walked again.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "sim/walk.h"

using namespace mainstay::sim;

namespace {

constexpr std::uint64_t kStepsPerWorld = 2000;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("whatever happens, in whatever order, what must never be is not") {
  const std::uint64_t steps = from_environment("MAINSTAY_SIM_STEPS", 10'000);
  const std::uint64_t first = from_environment("MAINSTAY_SIM_SEED", 1);
  std::uint64_t seed = first;
  std::uint64_t taken = 0;
  std::uint64_t takeovers = 0;
  std::uint64_t requests = 0;
  std::uint64_t starts = 0;
  for (; taken < steps; ++seed) {
    Walk walk{seed};
    taken += walk.run(std::min(kStepsPerWorld, steps - taken)) + 1;
    takeovers += walk.takeovers();
    requests += walk.requests();
    starts += walk.starts();
    CAPTURE(seed);
    for (const std::string& violation : walk.violations())
      FAIL_CHECK(violation);
    if (!walk.violations().empty()) break;
  }
  std::printf(
      "MAINSTAY_SIM_SEED=%llu: %llu steps in %llu worlds, %llu starts, %llu requests, %llu "
      "takeovers\n",
      static_cast<unsigned long long>(first), static_cast<unsigned long long>(taken),
      static_cast<unsigned long long>(seed - first), static_cast<unsigned long long>(starts),
      static_cast<unsigned long long>(requests), static_cast<unsigned long long>(takeovers));
  // A walk in which nothing happens would prove nothing.
  CHECK(starts > taken / 100);
  CHECK(takeovers > taken / 1000);
}
