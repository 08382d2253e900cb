#include "checks/monitor_record.h"

#include "base/bytes.h"
#include "base/utf8.h"

namespace mainstay::checks {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kLongestError = 400;

void put(Encoder& out, const std::optional<MonoTime>& time) {
  out.flag(time.has_value());
  out.mono(time.value_or(MonoTime{}));
}

std::optional<MonoTime> get_mono(Decoder& in) {
  const bool there = in.flag();
  const MonoTime time = in.mono();
  return there ? std::optional{time} : std::nullopt;
}

}  // namespace

std::string encode(const MonitorRecord& record) {
  const policy::CheckState& state = record.state;
  Encoder out;
  out.u8(kVersion);
  out.text(record.name);
  out.u8(static_cast<std::uint8_t>(state.health));
  out.u32(state.failures);
  out.u32(state.successes);
  put(out, state.last_good);
  put(out, state.last_at);
  out.duration(state.latency);
  out.text(cut_utf8(state.last_error, kLongestError));
  out.flag(record.down);
  out.flag(record.since.has_value());
  out.wall(record.since.value_or(WallTime{}));
  return out.take();
}

Result<MonitorRecord> decode_monitor(std::string_view bytes) {
  Decoder in{bytes};
  MonitorRecord record;
  bool sane = in.u8() == kVersion;
  record.name = in.text();
  const std::uint8_t health = in.u8();
  sane = sane && health <= static_cast<std::uint8_t>(Health::Unhealthy);
  record.state.health = static_cast<Health>(health);
  record.state.failures = in.u32();
  record.state.successes = in.u32();
  record.state.last_good = get_mono(in);
  record.state.last_at = get_mono(in);
  record.state.latency = in.duration();
  record.state.last_error = in.text();
  record.down = in.flag();
  const bool since = in.flag();
  const WallTime at = in.wall();
  if (since) record.since = at;
  if (!sane || !in.ok() || !in.at_end()) return Error{"cannot read a record of a monitor"};
  return record;
}

}  // namespace mainstay::checks
