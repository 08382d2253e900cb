// What a gateway that serves the page is given, asked for each time that one is started.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::checks {

class GatewayPage {
 public:
  virtual ~GatewayPage() = default;
  // As checks/gateway_descriptors.h has them; after an error it is asked again a while later.
  virtual Result<std::vector<UniqueFd>> descriptors() = 0;
  // The text of SetUpWeb, at most kMaxWebSetup.
  virtual std::string setup() = 0;
};

}  // namespace mainstay::checks
