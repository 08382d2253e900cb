// One response of server-sent events (the HTML standard, "Server-sent events").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/api/visit.h"

namespace mainstay::gateway {

class EventStream {
 public:
  explicit EventStream(std::shared_ptr<Visit> visit) : visit_(std::move(visit)) {}

  const Visit& visit() const { return *visit_; }
  bool open() const { return visit_->exchange().open(); }
  // Whole frames, event_frame() or comment. The first one sends the head.
  void push(std::string_view frames);
  void end();
  // Instead of the head where that was not sent yet: what was asked for cannot be had.
  void fail(const Reply& reply);

 private:
  void begin();

  std::shared_ptr<Visit> visit_;
  bool begun_ = false;
};

// `id` and `event` may be empty; `data` is one line.
std::string event_frame(std::string_view id, std::string_view event, std::string_view data);

}  // namespace mainstay::gateway
