// Who comes in and what for, as the router asks: access/gate.h, or a test.
#pragma once

#include <functional>
#include <string>

#include "gateway/access/gate.h"
#include "gateway/front/request.h"

namespace mainstay::gateway {

class Doorman {
 public:
  virtual ~Doorman() = default;

  virtual Verdict admit(const WebRequest& request, Need need) = 0;
  // `done` comes once, from the loop or at once.
  virtual void log_in(const WebRequest& request, std::string user, std::string password,
                      std::function<void(Verdict)> done) = 0;
  virtual Verdict log_out(const WebRequest& request) = 0;
  virtual bool can_log_in() const = 0;
};

}  // namespace mainstay::gateway
