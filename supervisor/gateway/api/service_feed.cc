#include "gateway/api/service_feed.h"

#include <algorithm>
#include <utility>

#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

std::string frame_of(std::string_view item) {
  return event_frame({}, "services", item);
}

}  // namespace

ServiceFeed::ServiceFeed(Upstream& upstream, std::string params, std::function<void()> on_over)
    : upstream_(upstream), on_over_(std::move(on_over)) {
  id_ = upstream_.follow(
      gateway_itself(), "services.follow", std::move(params),
      [this](std::string_view item) { on_item(item); },
      [this](const Reply& reply) { on_done(reply); });
}

ServiceFeed::~ServiceFeed() {
  upstream_.cancel(id_);
}

void ServiceFeed::add(std::shared_ptr<EventStream> stream) {
  if (has_snapshot_) stream->push(frame_of(snapshot()));
  streams_.push_back(std::move(stream));
}

bool ServiceFeed::drop_closed() {
  std::erase_if(streams_, [](const auto& stream) { return !stream->open(); });
  return streams_.empty();
}

void ServiceFeed::on_item(std::string_view item) {
  keep(item);
  has_snapshot_ = true;
  const std::string frame = frame_of(item);
  const auto streams = streams_;  // a push may end one
  for (const auto& stream : streams)
    stream->push(frame);
}

void ServiceFeed::keep(std::string_view item) {
  std::string_view services;
  std::string_view removed;
  for_each_member(item, [&](std::string_view name, std::string_view value) {
    if (name == "services") services = value;
    if (name == "removed") removed = value;
    if (name == "host") host_ = value;
    if (name == "at") at_ = value;
    if (name == "snapshot" && value == "true") {
      services_.clear();
      order_.clear();
    }
  });
  for_each_element(services, [this](std::string_view service) {
    const std::string key{json_member(service, "name")};
    if (services_.insert_or_assign(key, std::string{service}).second) order_.push_back(key);
  });
  for_each_element(removed, [this](std::string_view key) {
    services_.erase(std::string{key});
    std::erase(order_, key);
  });
}

std::string ServiceFeed::snapshot() const {
  std::string text = R"({"services":[)";
  for (const std::string& name : order_) {
    if (text.back() != '[') text += ',';
    text += services_.at(name);
  }
  text += R"(],"removed":[],"snapshot":true)";
  if (!host_.empty()) text.append(R"(,"host":)").append(host_);
  if (!at_.empty()) text.append(R"(,"at":)").append(at_);
  return text + "}";
}

void ServiceFeed::on_done(const Reply& reply) {
  const auto over = on_over_;  // a copy: it may destroy this
  for (const auto& stream : std::exchange(streams_, {}))
    stream->fail(reply);
  over();
}

}  // namespace mainstay::gateway
