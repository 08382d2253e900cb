#include "runtime/event_log.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace mainstay::runtime {

namespace {

// Messages may quote anything; a NUL in one must not end it early.
void pack(std::string& out, std::string_view text) {
  for (const char c : text)
    out.push_back(c == '\0' ? ' ' : c);
  out.push_back('\0');
}

}  // namespace

EventLog::EventLog(std::size_t capacity, EventSink& sink)
    : capacity_(std::max<std::size_t>(1, capacity)), sink_(sink) {}

void EventLog::add(Event event, std::optional<InstanceId> about) {
  event.id = next_id_++;
  Entry entry{event.id, event.at, event.kind, about, {}};
  pack(entry.packed, event.service);
  pack(entry.packed, event.instance);
  for (const auto& [key, value] : event.data) {
    pack(entry.packed, key);
    pack(entry.packed, value);
  }
  entry.packed.shrink_to_fit();
  if (entries_.size() == capacity_) entries_.pop_front();
  entries_.push_back(std::move(entry));
  untold_.push_back(std::move(event));
}

void EventLog::tell() {
  for (const Event& event : std::exchange(untold_, {}))
    sink_.on_event(event);
}

std::vector<Event> EventLog::since(std::uint64_t from, std::size_t limit) const {
  std::vector<Event> events;
  if (entries_.empty()) return events;
  const std::uint64_t first = entries_.front().id;
  for (std::uint64_t id = std::max(from, first); id < next_id_ && events.size() < limit; ++id) {
    events.push_back(unpack(entries_[static_cast<std::size_t>(id - first)]));
  }
  return events;
}

std::vector<Event> EventLog::latest_about(InstanceId id, std::size_t limit) const {
  std::vector<Event> events;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && events.size() < limit; ++entry) {
    if (entry->about == id) events.push_back(unpack(*entry));
  }
  std::reverse(events.begin(), events.end());
  return events;
}

void EventLog::forget(InstanceId id) {
  for (Entry& entry : entries_) {
    if (entry.about == id) entry.about.reset();
  }
}

void EventLog::continue_at(std::uint64_t next_id) {
  if (entries_.empty()) next_id_ = std::max(next_id_, next_id);
}

Event EventLog::unpack(const Entry& entry) {
  Event event{entry.id, entry.at, entry.kind, {}, {}, {}};
  const auto parts = split(entry.packed, '\0');
  event.service = parts[0];
  event.instance = parts[1];
  // The packed text ends with a NUL, so the last part is empty and no key.
  for (std::size_t i = 2; i + 1 < parts.size(); i += 2)
    event.data.emplace(parts[i], parts[i + 1]);
  return event;
}

}  // namespace mainstay::runtime
