#include "gateway/api/event_stream.h"

#include <utility>

namespace mainstay::gateway {

void EventStream::begin() {
  if (std::exchange(begun_, true)) return;
  ApiResponse head{.type = "text/event-stream"};
  // For proxies that would collect it first.
  head.headers.emplace_back("X-Accel-Buffering", "no");
  if (!visit_->visitor.set_cookie.empty())
    head.headers.emplace_back("Set-Cookie", visit_->visitor.set_cookie);
  visit_->exchange().begin(HttplibAdapter::stream_head(head));
  // How soon a browser comes back: a gateway that died is there again long before.
  visit_->exchange().push("retry: 500\n\n");
}

void EventStream::push(std::string_view frames) {
  if (!open()) return;
  begin();
  if (!frames.empty()) visit_->exchange().push(frames);
}

void EventStream::end() {
  if (!open()) return;
  begin();
  visit_->exchange().end();
}

void EventStream::fail(const Reply& reply) {
  if (begun_ || reply.ok) return end();
  visit_->fail(reply);
}

std::string event_frame(std::string_view id, std::string_view event, std::string_view data) {
  std::string frame;
  frame.reserve(id.size() + event.size() + data.size() + 24);
  if (!id.empty()) frame.append("id: ").append(id).append("\n");
  if (!event.empty()) frame.append("event: ").append(event).append("\n");
  return frame.append("data: ").append(data).append("\n\n");
}

}  // namespace mainstay::gateway
