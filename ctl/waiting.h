// Who a request still waits for, in words: "stopping 3 … worker (TERM sent 4 s ago, KILL in 6 s)".
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctl/service_view.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

class Waiting {
 public:
  // `doing`: "stopping", "starting", …
  explicit Waiting(std::string doing) : doing_(std::move(doing)) {}

  void update(std::vector<ServiceView> services) { services_ = std::move(services); }

  bool empty() const { return services_.empty(); }
  std::string line(const Terminal& terminal) const;
  // The same without numbers that tick, for Progress.
  std::string what() const { return doing_ + names(); }
  // "worker (stopping), backend (starting)"
  std::string names() const;

 private:
  std::string doing_;
  std::vector<ServiceView> services_;
};

}  // namespace mainstay::ctl
