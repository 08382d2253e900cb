// Everybody who follows something: who asks for the same shares one stream from the controller.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "gateway/api/doorman.h"
#include "gateway/api/event_feed.h"
#include "gateway/api/event_stream.h"
#include "gateway/api/log_feed.h"
#include "gateway/api/service_feed.h"
#include "gateway/api/shared_reads.h"
#include "gateway/api/upstream.h"
#include "gateway/api/visit.h"
#include "io/loop.h"

namespace mainstay::gateway {

class Streams {
 public:
  Streams(io::Loop& loop, Upstream& upstream, SharedReads& reads, Doorman& doorman,
          std::function<WallTime()> now);
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // What each begins with is in the visit's arguments and its Last-Event-ID.
  void follow_services(const std::shared_ptr<Visit>& visit);
  void follow_events(const std::shared_ptr<Visit>& visit);
  void follow_logs(const std::shared_ptr<Visit>& visit);
  // Services and events in one.
  void follow_all(const std::shared_ptr<Visit>& visit);

  // Between two comments, which keep a silent connection alive; who may not see this any more is
  // hung up on then.
  static constexpr Duration kKeepAlive = std::chrono::seconds{15};

 private:
  template <typename Feed>
  using Feeds = std::map<std::string, std::unique_ptr<Feed>>;

  // Nothing: the visit is answered already.
  std::shared_ptr<EventStream> open(const std::shared_ptr<Visit>& visit);
  ServiceFeed& services(const Json& params);
  EventFeed& events(const Json& targets);
  LogFeed& logs(const Json& filter);
  template <typename Feed>
  std::function<void()> when_over(Feeds<Feed>& feeds, std::string key);
  void tick();
  void sweep();

  Upstream& upstream_;
  SharedReads& reads_;
  Doorman& doorman_;
  std::function<WallTime()> now_;
  io::Timer tick_;
  io::Timer sweep_;
  std::vector<std::shared_ptr<EventStream>> open_;
  Feeds<ServiceFeed> services_;
  Feeds<EventFeed> events_;
  Feeds<LogFeed> logs_;
  std::vector<std::shared_ptr<void>> over_;  // feeds that may still be running
};

}  // namespace mainstay::gateway
