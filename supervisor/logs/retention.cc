#include "logs/retention.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace mainstay::logs {

namespace {

std::optional<Duration> age_limit(const Archive& archive, const KeepPolicy& policy) {
  const model::RotateSpec* spec = policy.declared(archive.log);
  return spec != nullptr ? spec->max_age : model::RotateSpec{}.max_age;
}

std::vector<std::size_t> by_age(const Inventory& inventory) {
  std::vector<std::size_t> order(inventory.archives.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t number) {
    const Archive& archive = inventory.archives[number];
    return std::tie(archive.modified, archive.at, archive.log);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

// Marks all but the newest `keep` of each log. The archives of a log stand together, oldest first.
void mark_surplus(const Inventory& inventory, const KeepPolicy& policy, std::vector<bool>& gone) {
  const auto& archives = inventory.archives;
  for (std::size_t begin = 0, end = 0; begin < archives.size(); begin = end) {
    while (end < archives.size() && archives[end].log == archives[begin].log)
      ++end;
    const model::RotateSpec* spec = policy.declared(archives[begin].log);
    if (spec == nullptr) continue;
    const std::size_t kept = std::min<std::size_t>(spec->keep, end - begin);
    std::fill(gone.begin() + static_cast<std::ptrdiff_t>(begin),
              gone.begin() + static_cast<std::ptrdiff_t>(end - kept), true);
  }
}

}  // namespace

Retention decide_retention(const Inventory& inventory, const KeepPolicy& policy, WallTime now) {
  std::vector<bool> gone(inventory.archives.size(), false);
  mark_surplus(inventory, policy, gone);
  Retention out;
  std::uint64_t total = inventory.bytes();
  const auto order = by_age(inventory);
  for (const std::size_t number : order) {
    const Archive& archive = inventory.archives[number];
    const auto limit = age_limit(archive, policy);
    if (limit && now - archive.modified >= *limit) gone[number] = true;
    if (gone[number]) total -= archive.bytes;
  }
  for (const std::size_t number : order) {
    const Archive& archive = inventory.archives[number];
    if (!gone[number] && total > policy.total_size) {
      gone[number] = true;
      total -= archive.bytes;
    }
    if (gone[number]) {
      out.doomed.push_back(number);
      continue;
    }
    const auto limit = age_limit(archive, policy);
    if (limit)
      out.next = std::min(out.next.value_or(archive.modified + *limit), archive.modified + *limit);
  }
  return out;
}

std::vector<std::size_t> oldest_archives(const Inventory& inventory, std::uint64_t bytes) {
  std::vector<std::size_t> chosen;
  std::uint64_t sum = 0;
  for (const std::size_t number : by_age(inventory)) {
    if (sum >= bytes) break;
    sum += inventory.archives[number].bytes;
    chosen.push_back(number);
  }
  return chosen;
}

}  // namespace mainstay::logs
