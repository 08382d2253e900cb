#include "runtime/looks.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/utf8.h"
#include "runtime/ports.h"
#include "runtime/state_record.h"

namespace mainstay::runtime {

namespace {

constexpr std::uint8_t kVersion = 1;
// Of a check without its text; the rest of the record is shared by the texts.
constexpr std::size_t kCheckSize = 64;
constexpr std::size_t kHead = 64;
constexpr std::size_t kLongestText = 240;

std::size_t text_room(std::size_t checks) {
  const std::size_t taken = kHead + checks * kCheckSize;
  if (taken >= StateStore::kMaxRecord) return 0;
  return std::min(kLongestText, (StateStore::kMaxRecord - taken) / (checks + 1));
}

void put(Encoder& out, const policy::CheckState& check, std::size_t room) {
  put_enum(out, check.health);
  out.u32(check.failures);
  out.u32(check.successes);
  put_time(out, check.last_good);
  put_time(out, check.last_at);
  out.duration(check.latency);
  out.text(cut_utf8(check.last_error, room));
}

policy::CheckState get_check(Decoder& in, bool& sane) {
  policy::CheckState check;
  check.health = get_enum(in, Health::Unhealthy, sane);
  check.failures = in.u32();
  check.successes = in.u32();
  check.last_good = get_time(in);
  check.last_at = get_time(in);
  check.latency = in.duration();
  check.last_error = in.text();
  return check;
}

}  // namespace

std::string encode(const Looks& looks) {
  const std::size_t room = text_room(looks.checks.size());
  Encoder out;
  out.u8(kVersion);
  out.u64(looks.run.value);
  out.text(cut_utf8(looks.not_ready_because, room));
  out.u8(static_cast<std::uint8_t>(looks.checks.size()));
  for (const policy::CheckState& check : looks.checks)
    put(out, check, room);
  return out.take();
}

Result<Looks> decode_looks(std::string_view bytes) {
  Decoder in{bytes};
  Looks looks;
  bool sane = in.u8() == kVersion;
  looks.run = RunId{in.u64()};
  looks.not_ready_because = in.text();
  const std::size_t count = in.u8();
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    looks.checks.push_back(get_check(in, sane));
  if (!sane || !in.ok() || !in.at_end()) {
    return Error{"cannot read a record of the former controller's checks"};
  }
  return looks;
}

}  // namespace mainstay::runtime
