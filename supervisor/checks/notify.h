// Ready when the service says so: READY=1 on NOTIFY_SOCKET, or a newline on s6's descriptor.
#pragma once

#include <string>
#include <utility>

#include "checks/prober.h"

namespace mainstay::checks {

class NotifyProber final : public Prober {
 public:
  void look(Duration, Done done) override {
    done_ = std::move(done);
    if (ready_) finish();
  }
  std::string awaits() const override { return "a message that it is ready (READY=1) yet"; }
  void hear(const Said& said) override {
    if (said.what != Said::What::Ready) return;
    ready_ = true;
    if (done_) finish();
  }

 private:
  void finish() { std::exchange(done_, nullptr)(passed()); }

  bool ready_ = false;
  Done done_;
};

}  // namespace mainstay::checks
