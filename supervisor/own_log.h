// The supervisor's own log: one line an event, on stderr (what systemd, launchd and containers
// expect; `ctl up` sends it to <log dir>/supervisor.log). Loop thread only.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "runtime/ports.h"

namespace mainstay {

class OwnLog final : public runtime::EventSink {
 public:
  // "2026-11-22 14:02:11 backend: exited with code 1 after 12 s"
  void on_event(const runtime::Event& event) override;
  void line(WallTime at, std::string_view text);
  // Called after each line.
  void set_on_line(std::function<void()> callback) { on_line_ = std::move(callback); }

 private:
  std::function<void()> on_line_;
};

}  // namespace mainstay
