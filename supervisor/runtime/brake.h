// The global brake: automatic starts of all services together pass one at a time, in the order in
// which they came, at most so many a second (a token bucket). A thousand crash loops cost no more
// than one that is fast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace mainstay::runtime {

class Brake {
 public:
  Brake(double starts_per_second, double burst, MonoTime now);

  // The place in the queue, by which it can be left. Never 0.
  std::uint64_t join(InstanceId id);
  void leave(std::uint64_t ticket);
  // Whose turn it is, if the bucket has a token for it; spend() takes the token.
  std::optional<InstanceId> turn(MonoTime now);
  void spend();
  // When turn() will have somebody; nothing when the queue is empty.
  std::optional<MonoTime> deadline() const;
  // How many are before this one; linear, for people only.
  std::size_t ahead_of(std::uint64_t ticket) const;
  double starts_per_second() const { return per_second_; }

 private:
  void refill(MonoTime now);

  double per_second_;
  double burst_;
  double tokens_;
  MonoTime refilled_;
  std::uint64_t next_ticket_ = 1;
  std::map<std::uint64_t, InstanceId> queue_;
};

}  // namespace mainstay::runtime
