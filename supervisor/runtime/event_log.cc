#include "runtime/event_log.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "base/utf8.h"

namespace mainstay::runtime {

namespace {

constexpr std::uint8_t kLastKind = kEventKindNames.size() - 1;
// Far above what is ever in an event, and far below what a store takes.
constexpr std::size_t kLongestValue = 2000;
constexpr std::size_t kLongestName = 300;
constexpr std::size_t kMostBytes = EventStore::kMaxEvent / 2;

void cut(std::string& text, std::size_t most) {
  if (text.size() > most) text.resize(cut_utf8(text, most).size());
}

void bound(Event& event) {
  cut(event.service, kLongestName);
  cut(event.instance, kLongestName);
  std::size_t bytes = 0;
  for (auto entry = event.data.begin(); entry != event.data.end();) {
    cut(entry->second, kLongestValue);
    bytes += entry->first.size() + entry->second.size() + 8;
    entry = bytes > kMostBytes ? event.data.erase(entry) : std::next(entry);
  }
}

// Messages may quote anything; a NUL in one must not end it early.
void append(std::string& out, std::string_view text) {
  for (const char c : text)
    out.push_back(c == '\0' ? ' ' : c);
  out.push_back('\0');
}

// Time and kind, then service, instance, keys and values, each ended by a NUL.
std::string pack(const Event& event) {
  Encoder head;
  head.wall(event.at);
  head.u8(static_cast<std::uint8_t>(event.kind));
  std::string out = head.take();
  append(out, event.service);
  append(out, event.instance);
  for (const auto& [key, value] : event.data) {
    append(out, key);
    append(out, value);
  }
  return out;
}

constexpr std::size_t kHeadBytes = 9;

}  // namespace

EventLog::EventLog(EventStore& store, EventSink& sink)
    : store_(store),
      sink_(sink),
      next_id_(std::max<std::uint64_t>(1, store.next())),
      about_(next_id_ - first_id()) {
  if (next_id_ > 1) untold_ = since(store.told(), static_cast<std::size_t>(-1));
}

void EventLog::add(Event event, std::optional<InstanceId> about) {
  bound(event);
  event.id = next_id_++;
  store_.append(event.id, pack(event));
  about_.push_back(about);
  while (about_.size() > next_id_ - store_.first())
    about_.pop_front();
  untold_.push_back(std::move(event));
}

void EventLog::tell() {
  if (untold_.empty()) return;
  for (const Event& event : std::exchange(untold_, {}))
    sink_.on_event(event);
  store_.set_told(next_id_);
}

std::vector<Event> EventLog::since(std::uint64_t from, std::size_t limit) const {
  std::vector<Event> events;
  for (std::uint64_t id = std::max(from, first_id()); id < next_id_ && events.size() < limit; ++id)
    events.push_back(kept(id));
  return events;
}

std::vector<Event> EventLog::latest_about(InstanceId id, std::size_t limit) const {
  std::vector<Event> events;
  for (std::size_t i = about_.size(); i > 0 && events.size() < limit; --i) {
    if (about_[i - 1] == id) events.push_back(kept(store_.first() + i - 1));
  }
  std::reverse(events.begin(), events.end());
  return events;
}

void EventLog::forget(InstanceId id) {
  for (auto& about : about_) {
    if (about == id) about.reset();
  }
}

// Whoever continues elsewhere than the store ends has lost what is in it.
std::uint64_t EventLog::first_id() const {
  return store_.next() == next_id_ ? store_.first() : next_id_;
}

void EventLog::continue_at(std::uint64_t next_id) {
  if (next_id <= next_id_) return;
  next_id_ = next_id;
  about_.clear();
}

void EventLog::recognise(
    const std::function<std::optional<InstanceId>(const Event&)>& instance_of) {
  for (std::size_t i = 0; i < about_.size(); ++i)
    about_[i] = instance_of(kept(store_.first() + i));
}

Event EventLog::kept(std::uint64_t id) const {
  const std::string_view packed = store_.at(id);
  Decoder head{packed};
  Event event;
  event.id = id;
  event.at = head.wall();
  event.kind = static_cast<EventKind>(std::min(head.u8(), kLastKind));
  if (!head.ok()) return event;
  const auto parts = split(packed.substr(kHeadBytes), '\0');
  if (parts.size() < 3) return event;
  event.service = parts[0];
  event.instance = parts[1];
  // The packed text ends with a NUL, so the last part is empty and no key.
  for (std::size_t i = 2; i + 2 < parts.size(); i += 2)
    event.data.emplace(parts[i], parts[i + 1]);
  return event;
}

}  // namespace mainstay::runtime
