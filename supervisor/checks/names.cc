#include "checks/names.h"

#include <utility>

namespace mainstay::checks {

namespace {

constexpr std::size_t kMostKept = 1000;

}  // namespace

Names::Names(io::Loop& loop, std::function<Now()> clock, std::size_t at_once)
    : Names(
          std::move(clock),
          [&loop](const std::string& name, io::LookUp::Found found) {
            return std::make_unique<io::LookUp>(loop, name, std::move(found));
          },
          at_once) {}

Names::Names(std::function<Now()> clock, Resolve resolve, std::size_t at_once)
    : clock_(std::move(clock)), resolve_(std::move(resolve)), at_once_(at_once) {}

std::uint64_t Names::look_up(const std::string& name, Found found) {
  const MonoTime now = clock_().mono;
  if (names_.size() >= kMostKept) drop_old(now);
  Name& entry = names_[name];
  const std::uint64_t ticket = ++last_ticket_;
  if (entry.at && now - *entry.at < kGoodFor) {
    found(entry.addresses);
    return ticket;
  }
  const bool asked = entry.queued || entry.under_way != nullptr;
  entry.waiting.emplace(ticket, std::move(found));
  tickets_.emplace(ticket, name);
  if (!asked) {
    entry.queued = true;
    queue_.push_back(name);
    begin_next();
  }
  return ticket;
}

void Names::cancel(std::uint64_t ticket) {
  const auto at = tickets_.find(ticket);
  if (at == tickets_.end()) return;
  names_[at->second].waiting.erase(ticket);
  tickets_.erase(at);
}

bool Names::waits_for_others(std::uint64_t ticket) const {
  const auto at = tickets_.find(ticket);
  return at != tickets_.end() && names_.at(at->second).under_way == nullptr;
}

void Names::begin_next() {
  while (running_ < at_once_ && !queue_.empty()) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    const auto entry = names_.find(name);
    if (entry == names_.end() || !std::exchange(entry->second.queued, false)) continue;
    if (entry->second.waiting.empty()) continue;  // nobody asks any more
    ++running_;
    entry->second.under_way =
        resolve_(name, [this, name](const Addresses& addresses) { on_found(name, addresses); });
  }
}

void Names::on_found(const std::string& name, const Addresses& addresses) {
  --running_;
  Name& entry = names_[name];
  const auto done = std::move(entry.under_way);
  if (addresses) {
    entry.addresses = *addresses;
    entry.at = clock_().mono;
  }
  const auto waiting = std::exchange(entry.waiting, {});
  for (const auto& [ticket, found] : waiting)
    tickets_.erase(ticket);
  begin_next();
  for (const auto& [ticket, found] : waiting)
    found(addresses);
}

void Names::drop_old(MonoTime now) {
  std::erase_if(names_, [now](const auto& item) {
    const Name& entry = item.second;
    const bool is_good = entry.at && now - *entry.at < kGoodFor;
    return entry.waiting.empty() && !entry.under_way && !is_good;
  });
}

}  // namespace mainstay::checks
