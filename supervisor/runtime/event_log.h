// The latest events, numbered. They are kept packed, in a store that outlives this controller: a
// thousand services make many thousands of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/ports.h"

namespace mainstay::runtime {

class EventLog {
 public:
  // Goes on after what is in the store. What nobody was told of is told with the next tell().
  EventLog(EventStore& store, EventSink& sink);

  // Numbers the event and keeps it. Texts that are longer than any of ours are cut.
  void add(Event event, std::optional<InstanceId> about);
  // Tells the sink what was added since: writing it down must not hold up what it is about.
  void tell();
  std::vector<Event> since(std::uint64_t from, std::size_t limit) const;
  // The latest `limit` about one instance, oldest first. Linear in what is kept: for people only.
  std::vector<Event> latest_about(InstanceId id, std::size_t limit) const;
  // The instance is no more and its id may be given to another: nothing is about it any longer.
  void forget(InstanceId id);
  std::uint64_t first_id() const;
  std::uint64_t next_id() const { return next_id_; }
  // After a takeover: numbers go on where the former controller's ended.
  void continue_at(std::uint64_t next_id);
  // The same: what its events are about.
  void recognise(const std::function<std::optional<InstanceId>(const Event&)>& instance_of);

 private:
  Event kept(std::uint64_t id) const;

  EventStore& store_;
  EventSink& sink_;
  std::uint64_t next_id_ = 1;
  std::deque<std::optional<InstanceId>> about_;  // of what the store holds
  std::vector<Event> untold_;
};

}  // namespace mainstay::runtime
