// Any bytes as a cron expression: refused, or due at moments that go forward and fit the zone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schedule/cron.h"

namespace {

using mainstay::WallTime;
namespace schedule = mainstay::schedule;

// 2026-03-28T12:00Z: the next day the clock is put forward in Madrid.
constexpr WallTime kBegin{std::chrono::seconds{1'774'699'200}};

void walk(const schedule::CronExpression& cron, const schedule::Zone& zone) {
  WallTime at = kBegin;
  for (int i = 0; i < 20; ++i) {
    const auto next = schedule::next_after(cron, zone, at);
    if (!next) return;
    if (*next <= at) std::abort();
    at = *next;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto madrid = schedule::Zone::named("Europe/Madrid");
  const auto cron = schedule::parse_cron({reinterpret_cast<const char*>(data), size});
  if (cron.ok()) walk(*cron, madrid.ok() ? *madrid : schedule::Zone::utc());
  return 0;
}
