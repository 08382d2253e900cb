// The latest events, numbered. Kept packed: a thousand services make many thousands of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/ports.h"

namespace mainstay::runtime {

class EventLog {
 public:
  EventLog(std::size_t capacity, EventSink& sink);

  // Numbers the event and keeps it.
  void add(Event event, std::optional<InstanceId> about);
  // Tells the sink what was added since: writing it down must not hold up what it is about.
  void tell();
  std::vector<Event> since(std::uint64_t from, std::size_t limit) const;
  // The latest `limit` about one instance, oldest first. Linear in what is kept: for people only.
  std::vector<Event> latest_about(InstanceId id, std::size_t limit) const;
  // The instance is no more and its id may be given to another: nothing is about it any longer.
  void forget(InstanceId id);
  std::uint64_t next_id() const { return next_id_; }
  // After a takeover: numbers go on where the former controller's ended.
  void continue_at(std::uint64_t next_id);

 private:
  struct Entry {
    std::uint64_t id;
    WallTime at;
    EventKind kind;
    std::optional<InstanceId> about;
    std::string packed;  // service, instance, then keys and values, each ended by a NUL
  };
  static Event unpack(const Entry& entry);

  std::size_t capacity_;
  EventSink& sink_;
  std::uint64_t next_id_ = 1;
  std::deque<Entry> entries_;  // ids without gaps
  std::vector<Event> untold_;
};

}  // namespace mainstay::runtime
