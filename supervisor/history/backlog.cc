#include "history/backlog.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mainstay::history {

namespace {

// Puts `older` in front.
template <typename T>
void prepend(std::vector<T>& waiting, std::vector<T> older) {
  std::ranges::move(waiting, std::back_inserter(older));
  waiting = std::move(older);
}

// How many of the oldest are too many.
template <typename T>
std::size_t excess(const std::vector<T>& waiting, std::size_t most) {
  return waiting.size() > most ? waiting.size() - most : 0;
}

template <typename T>
void erase_front(std::vector<T>& waiting, std::size_t count) {
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

// A list that is full is cut by a piece, so that one more costs little.
void Backlog::add(const runtime::Event& event) {
  const std::lock_guard lock{mutex_};
  waiting_.events.push_back(event);
  if (waiting_.events.size() > limits_.events + limits_.events / 8) enforce();
}

void Backlog::add(Round round) {
  const std::lock_guard lock{mutex_};
  samples_ += round.samples.size();
  waiting_.rounds.push_back(std::move(round));
  enforce();
}

void Backlog::add(CrashRecord record) {
  const std::lock_guard lock{mutex_};
  if (const auto before = left_out_.extract(record.service)) record.left_out += before.mapped();
  waiting_.crashes.push_back(std::move(record));
  enforce();
}

bool Backlog::empty() const {
  const std::lock_guard lock{mutex_};
  return waiting_.empty();
}

std::size_t Backlog::events() const {
  const std::lock_guard lock{mutex_};
  return waiting_.events.size();
}

Batch Backlog::take() {
  const std::lock_guard lock{mutex_};
  samples_ = 0;
  return std::exchange(waiting_, {});
}

void Backlog::give_back(Batch batch) {
  const std::lock_guard lock{mutex_};
  for (const Round& round : batch.rounds)
    samples_ += round.samples.size();
  prepend(waiting_.events, std::move(batch.events));
  prepend(waiting_.rounds, std::move(batch.rounds));
  prepend(waiting_.crashes, std::move(batch.crashes));
  enforce();
}

void Backlog::drop(const Batch& batch) {
  const std::lock_guard lock{mutex_};
  dropped_.events += batch.events.size();
  dropped_.rounds += batch.rounds.size();
  for (const CrashRecord& record : batch.crashes)
    leave_out(record);
}

Dropped Backlog::take_dropped() {
  const std::lock_guard lock{mutex_};
  return std::exchange(dropped_, {});
}

void Backlog::leave_out(const CrashRecord& record) {
  ++dropped_.crashes;
  const auto next = std::ranges::find(waiting_.crashes, record.service, &CrashRecord::service);
  std::uint64_t& count =
      next == waiting_.crashes.end() ? left_out_[record.service] : next->left_out;
  count += 1 + record.left_out;
}

void Backlog::enforce() {
  const std::size_t events = excess(waiting_.events, limits_.events);
  erase_front(waiting_.events, events);
  dropped_.events += events;
  while (samples_ > limits_.samples && waiting_.rounds.size() > 1) {
    samples_ -= waiting_.rounds.front().samples.size();
    erase_front(waiting_.rounds, 1);
    ++dropped_.rounds;
  }
  while (waiting_.crashes.size() > limits_.crashes) {
    const CrashRecord oldest = std::move(waiting_.crashes.front());
    erase_front(waiting_.crashes, 1);
    leave_out(oldest);
  }
}

}  // namespace mainstay::history
