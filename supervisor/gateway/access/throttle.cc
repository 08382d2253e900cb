#include "gateway/access/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

namespace mainstay::gateway {

namespace {

Duration wait_after(int failures) {
  constexpr int kLargestShift = 9;  // 512 s: more than the longest wait
  if (failures < Throttle::kFree) return Duration{0};
  const int shift = std::min(failures - Throttle::kFree, kLargestShift);
  return std::min<Duration>(std::chrono::seconds{1 << shift}, Throttle::kLongestWait);
}

}  // namespace

Duration Throttle::wait(std::string_view address, std::string_view user, MonoTime now) const {
  const std::string key = throttled_as(address);
  if (!remembers(addresses_, key, now)) return Duration{0};
  return std::max(left(addresses_, key, now), left(users_, user, now));
}

void Throttle::failed(std::string_view address, std::string_view user, MonoTime now) {
  count(addresses_, throttled_as(address), now);
  count(users_, std::string{user}, now);
}

void Throttle::succeeded(std::string_view user) {
  if (const auto found = users_.find(user); found != users_.end()) users_.erase(found);
}

void Throttle::count(Table& table, std::string key, MonoTime now) {
  const bool anew = !remembers(table, key, now);
  Count& count = table[std::move(key)];
  count.failures = anew ? 1 : std::min(count.failures + 1, 1000);
  count.latest = now;
  if (table.size() <= kMost) return;
  table.erase(std::min_element(table.begin(), table.end(), [](const auto& one, const auto& other) {
    return one.second.latest < other.second.latest;
  }));
}

bool Throttle::remembers(const Table& table, std::string_view key, MonoTime now) {
  const auto found = table.find(key);
  return found != table.end() && now - found->second.latest < kForgotten;
}

Duration Throttle::left(const Table& table, std::string_view key, MonoTime now) {
  if (!remembers(table, key, now)) return Duration{0};
  const Count& count = table.find(key)->second;
  return std::max(Duration{0}, wait_after(count.failures) - (now - count.latest));
}

std::string throttled_as(std::string_view address) {
  in6_addr bytes;
  const std::string text{address};
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1 || IN6_IS_ADDR_LOOPBACK(&bytes)) return text;
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) return text.substr(text.rfind(':') + 1);
  std::fill(bytes.s6_addr + 8, bytes.s6_addr + 16, std::uint8_t{0});
  char network[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, &bytes, network, sizeof network);
  return std::string{network} + "/64";
}

}  // namespace mainstay::gateway
