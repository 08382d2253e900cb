// Events, for everybody who follows those of the same targets: one stream from the controller.
// Who comes reads up what they do not have yet with events.list and then goes on with the others;
// each event comes once, none is left out, because events are numbered.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "gateway/api/event_stream.h"
#include "gateway/api/shared_reads.h"
#include "gateway/api/upstream.h"

namespace mainstay::gateway {

class EventFeed {
 public:
  // What a follower begins with.
  struct Begin {
    std::optional<std::uint64_t> from;  // the first number that they do not have
    std::optional<std::string> since;   // RFC 3339; only without `from`
  };

  // `targets` is a JSON array. `on_over` as in ServiceFeed.
  EventFeed(Upstream& upstream, SharedReads& reads, Json targets, std::function<void()> on_over);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // `event`: the name of the frames' events, or empty.
  void add(std::shared_ptr<EventStream> stream, std::string_view event, const Begin& begin);
  bool drop_closed();

  // Events that are kept for those who are still reading up.
  static constexpr std::size_t kKept = 1024;

 private:
  struct Follower {
    std::shared_ptr<EventStream> stream;
    std::string_view event;
    std::uint64_t next = 0;  // the first number that they do not have
    bool reads_up = true;
  };
  struct Kept {
    std::uint64_t id = 0;
    std::string text;
  };

  void read_up(const std::shared_ptr<Follower>& follower, Json params);
  void on_page(const std::shared_ptr<Follower>& follower, std::size_t limit, const Reply& reply);
  void go_on(const std::shared_ptr<Follower>& follower);
  void on_item(std::string_view item);
  void on_event(std::string_view event);
  void on_done(const Reply& reply);
  Json base_params() const;

  Upstream& upstream_;
  SharedReads& reads_;
  Json targets_;
  std::function<void()> on_over_;
  std::uint64_t id_ = 0;
  std::deque<Kept> kept_;
  std::uint64_t dropped_ = 0;  // the highest number that was kept and is not any more
  std::vector<std::shared_ptr<Follower>> followers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mainstay::gateway
