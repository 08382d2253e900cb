// Clients that follow the services: everything first, then what changes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/call.h"
#include "control/context.h"
#include "io/loop.h"

namespace mainstay::control {

// Costs nothing while nobody follows, and with followers what has changed.
class ServiceStreams {
 public:
  explicit ServiceStreams(Parts& parts);

  // Sends an item with all services that `targets` name (none: every one), then one with those that
  // changed, at most every 100 ms. A client that does not keep up is sent everything again when it
  // does.
  void add(const Call& call, std::vector<std::string> targets);
  void after_settle();
  // What they use was looked at again.
  void sampled();

 private:
  struct Follower {
    Call call;
    std::vector<std::string> targets;
    bool behind = true;  // is to be sent everything
  };
  // What is known of an instance: when it is another, that is news.
  struct Known {
    std::string name;
    std::string numbers;  // what it uses, and how its logs are
  };
  // One item, of which each follower gets what it wants.
  struct Batch {
    std::map<InstanceId, std::string> services;  // changed, as JSON
    std::vector<std::string> removed;
    bool host = false;
  };

  bool any_left();
  void begin();
  bool waits_for_everything() const;
  void plan();
  void flush();
  Batch take_batch(const std::vector<InstanceId>& instances);
  void note_numbers(const std::vector<InstanceId>& instances);
  void forget_removed(const std::vector<InstanceId>& instances, Batch& batch);
  void send(const Follower& follower, const std::vector<InstanceId>& instances, const Batch& batch);
  void send_all(Follower& follower, const std::vector<InstanceId>& instances);
  std::vector<InstanceId> wanted(const Follower& follower,
                                 const std::vector<InstanceId>& instances) const;

  Parts& parts_;
  io::Timer timer_;
  bool planned_ = false;  // timer_ runs
  std::map<std::uint64_t, Follower> followers_;
  std::uint64_t last_number_ = 0;
  std::map<InstanceId, Known> known_;  // empty while nobody follows
  std::set<InstanceId> changed_;
  bool sampled_ = false;  // since the last item
  std::optional<MonoTime> sent_at_;
};

}  // namespace mainstay::control
