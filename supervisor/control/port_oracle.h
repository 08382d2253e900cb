// Who listens on a port; the composition root connects it to process/.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "process/ports.h"

namespace mainstay::control {

class PortOracle {
 public:
  virtual ~PortOracle() = default;
  // Looked up in a worker; `done` is called on the loop, once. Empty: nobody listens there.
  virtual void find_holders(std::uint16_t port,
                            std::function<void(std::vector<process::PortHolder>)> done) = 0;
};

}  // namespace mainstay::control
