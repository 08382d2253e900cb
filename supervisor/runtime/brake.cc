#include "runtime/brake.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace mainstay::runtime {

namespace {
// A token that is this near to being whole is one: doubles do not add up exactly.
constexpr double kWhole = 1.0 - 1e-9;
}  // namespace

Brake::Brake(double starts_per_second, double burst, MonoTime now)
    : per_second_(std::max(0.001, starts_per_second)),
      burst_(std::max(1.0, burst)),
      tokens_(burst_),
      refilled_(now) {}

std::uint64_t Brake::join(InstanceId id) {
  queue_.emplace(next_ticket_, id);
  return next_ticket_++;
}

void Brake::leave(std::uint64_t ticket) {
  queue_.erase(ticket);
}

std::optional<InstanceId> Brake::turn(MonoTime now) {
  if (queue_.empty()) return std::nullopt;
  refill(now);
  if (tokens_ < kWhole) return std::nullopt;
  return queue_.begin()->second;
}

void Brake::spend() {
  tokens_ -= 1.0;
}

std::optional<MonoTime> Brake::deadline() const {
  if (queue_.empty()) return std::nullopt;
  if (tokens_ >= kWhole) return refilled_;
  const double nanoseconds = std::ceil((1.0 - tokens_) / per_second_ * 1e9);
  return refilled_ + Duration{static_cast<Duration::rep>(nanoseconds)};
}

std::size_t Brake::ahead_of(std::uint64_t ticket) const {
  return static_cast<std::size_t>(std::distance(queue_.begin(), queue_.lower_bound(ticket)));
}

void Brake::refill(MonoTime now) {
  if (now <= refilled_) return;
  tokens_ = std::min(burst_, tokens_ + to_seconds(now - refilled_) * per_second_);
  refilled_ = now;
}

}  // namespace mainstay::runtime
