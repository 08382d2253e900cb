// The log lines that one expression asks for, for everybody who follows it: one stream from the
// controller. Who comes first reads what they do not have yet by a stream of their own that ends
// where the one stream has come to, which says so at that place; then they go on with the others,
// without a line twice or missing.
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
#include "base/time.h"
#include "gateway/api/event_stream.h"
#include "gateway/api/log_position.h"
#include "gateway/api/upstream.h"

namespace mainstay::gateway {

class LogFeed {
 public:
  // What a follower begins with: a position (Last-Event-ID), else what these say.
  struct Begin {
    std::optional<LogPosition> position;
    Json span = Json::object();  // "lines" and "since" of logs.follow
    WallTime now{};              // set when no line of the past is wanted
  };

  // `filter`: the parameters of logs.follow that say which lines. `on_over` as in ServiceFeed.
  LogFeed(Upstream& upstream, Json filter, WallTime now, std::function<void()> on_over);
  ~LogFeed();
  LogFeed(const LogFeed&) = delete;
  LogFeed& operator=(const LogFeed&) = delete;

  void add(std::shared_ptr<EventStream> stream, Begin begin);
  bool drop_closed();

  // Readings of the past that are under way at once.
  static constexpr std::size_t kReadings = 8;
  // Items that are kept for who reads the past meanwhile; who takes longer comes again.
  static constexpr std::size_t kKeptBytes = 4 * 1024 * 1024;

 private:
  struct Follower {
    std::shared_ptr<EventStream> stream;
    LogPosition position;
    Json params;              // of the reading of the past
    bool from_there = false;  // nothing is missing at its beginning
    bool live = false;
    std::uint64_t reading = 0;                  // the call; 0: it waits for its turn
    std::optional<std::uint64_t> first_item{};  // that comes after what it reads
  };

  void read_next();
  void read(const std::shared_ptr<Follower>& follower);
  void on_read(const std::shared_ptr<Follower>& follower, const Reply& reply);
  void pass_past(Follower& follower, std::string_view item);
  bool takes_joined(std::string_view item);
  void on_item(std::string_view item);
  void keep(const std::string& frame);
  void forget_kept();
  void on_done(const Reply& reply);

  Upstream& upstream_;
  Json filter_;
  std::function<void()> on_over_;
  std::uint64_t id_ = 0;
  LogPosition position_;  // of those who have read everything
  std::vector<std::shared_ptr<Follower>> followers_;
  std::deque<std::string> kept_;  // frames
  std::size_t kept_bytes_ = 0;
  std::uint64_t first_kept_ = 0;  // the number of kept_.front()
};

}  // namespace mainstay::gateway
