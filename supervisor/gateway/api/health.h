// Verdicts over the objects of services.list. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "mainstay/states.h"

namespace mainstay::gateway {

struct ServiceCounts {
  std::size_t all = 0;
  std::array<std::size_t, kPublicStateNames.size()> by_state{};
  std::size_t unhealthy = 0;
  // Of those that /health fails for, the objects {"name","state","health","reason"},
  // comma-separated.
  std::string attention;
};

// `services` is the JSON text of the array. Instances, as they are listed.
ServiceCounts count_services(std::string_view services);

// No service that is enabled has failed for good or is unhealthy.
bool is_healthy(std::string_view services);

// Nothing that is wanted is still on its way: no service that is enabled and not held down waits,
// starts, backs off, has failed, or runs without being ready yet.
bool is_ready(std::string_view services);

}  // namespace mainstay::gateway
