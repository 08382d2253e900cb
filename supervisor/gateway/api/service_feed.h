// The services, as they change, for everybody who asks for the same ones: one stream from the
// controller, whose state is kept so that who comes later begins with everything.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/api/event_stream.h"
#include "gateway/api/upstream.h"

namespace mainstay::gateway {

class ServiceFeed {
 public:
  // `on_over` comes once, from the loop, when nothing more will come; everybody's stream is ended
  // by then. It may destroy the feed.
  ServiceFeed(Upstream& upstream, std::string params, std::function<void()> on_over);
  ~ServiceFeed();
  ServiceFeed(const ServiceFeed&) = delete;
  ServiceFeed& operator=(const ServiceFeed&) = delete;

  void add(std::shared_ptr<EventStream> stream);
  // Forgets those that are closed; true when nobody is left.
  bool drop_closed();

 private:
  void on_item(std::string_view item);
  void on_done(const Reply& reply);
  void keep(std::string_view item);
  std::string snapshot() const;

  Upstream& upstream_;
  std::function<void()> on_over_;
  std::uint64_t id_ = 0;
  bool has_snapshot_ = false;
  std::map<std::string, std::string, std::less<>> services_;  // JSON texts, by name as written
  std::vector<std::string> order_;                            // as the first item had them
  std::string host_;
  std::string at_;
  std::vector<std::shared_ptr<EventStream>> streams_;
};

}  // namespace mainstay::gateway
