#include "runtime/deadlines.h"

#include <utility>

namespace mainstay::runtime {

void Deadlines::set(InstanceId id, std::optional<MonoTime> at) {
  if (id.value >= positions_.size()) {
    if (!at) return;
    positions_.resize(id.value + 1, kAbsent);
  }
  const std::uint32_t position = positions_[id.value];
  if (!at) {
    if (position != kAbsent) remove(position);
    return;
  }
  if (position == kAbsent) {
    heap_.push_back({*at, id});
    positions_[id.value] = static_cast<std::uint32_t>(heap_.size() - 1);
    sift_up(heap_.size() - 1);
    return;
  }
  heap_[position].at = *at;
  sift_up(position);
  sift_down(positions_[id.value]);
}

std::optional<MonoTime> Deadlines::soonest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

std::optional<InstanceId> Deadlines::due(MonoTime now) const {
  if (heap_.empty() || heap_.front().at > now) return std::nullopt;
  return heap_.front().id;
}

void Deadlines::place(std::size_t position, Entry entry) {
  heap_[position] = entry;
  positions_[entry.id.value] = static_cast<std::uint32_t>(position);
}

void Deadlines::sift_up(std::size_t position) {
  const Entry moving = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (heap_[parent].at <= moving.at) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, moving);
}

void Deadlines::sift_down(std::size_t position) {
  const Entry moving = heap_[position];
  while (true) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
    if (moving.at <= heap_[child].at) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, moving);
}

void Deadlines::remove(std::size_t position) {
  positions_[heap_[position].id.value] = kAbsent;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  place(position, last);
  sift_up(position);
  sift_down(positions_[last.id.value]);
}

}  // namespace mainstay::runtime
