#include "runtime/looks.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/utf8.h"
#include "runtime/ports.h"
#include "runtime/state_record.h"

namespace mainstay::runtime {

namespace {

constexpr std::uint8_t kVersion = 3;  // 1 had no memories, 2 no texts of the run itself
// Of a check without its texts; the rest of the record is shared by memories, which come first, and
// texts.
constexpr std::size_t kCheckSize = 44;
constexpr std::size_t kHead = 24;
// For people, and shared out evenly: one of each check, and of the run not_ready_because, said and
// end_note.
constexpr std::size_t kTextsOfRun = 3;
constexpr std::size_t kLongestLook = 240;

// What there is for memories and texts.
std::size_t free_room(std::size_t checks) {
  const std::size_t taken = kHead + checks * kCheckSize;
  return taken < StateStore::kMaxRecord ? StateStore::kMaxRecord - taken : 0;
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

// Takes from `room` what it needs.
std::string_view fitting(const std::string& memory, std::size_t& room) {
  if (memory.size() > room) return {};
  room -= memory.size();
  return memory;
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
  std::size_t room = free_room(looks.checks.size());
  std::vector<std::string_view> memories;
  for (const std::string& memory : looks.memories)
    memories.push_back(fitting(memory, room));
  memories.resize(looks.checks.size());
  const std::size_t text = std::min(kLongestLook, room / (looks.checks.size() + kTextsOfRun));
  Encoder out;
  out.u8(kVersion);
  out.u64(looks.run.value);
  out.text(cut_utf8(looks.not_ready_because, text));
  out.u8(static_cast<std::uint8_t>(looks.checks.size()));
  for (std::size_t i = 0; i < looks.checks.size(); ++i) {
    put(out, looks.checks[i], text);
    out.text(memories[i]);
  }
  out.text(cut_utf8(looks.said, text));
  out.text(cut_utf8(looks.end_note, text));
  out.flag(looks.killed_at_memory_limit);
  return out.take();
}

Result<Looks> decode_looks(std::string_view bytes) {
  Decoder in{bytes};
  Looks looks;
  const std::uint8_t version = in.u8();
  bool sane = version >= 1 && version <= kVersion;
  looks.run = RunId{in.u64()};
  looks.not_ready_because = in.text();
  const std::size_t count = in.u8();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    looks.checks.push_back(get_check(in, sane));
    looks.memories.push_back(version == 1 ? std::string{} : in.text());
  }
  if (version >= 3) {
    looks.said = in.text();
    looks.end_note = in.text();
    looks.killed_at_memory_limit = in.flag();
  }
  if (!sane || !in.ok() || !in.at_end()) {
    return Error{"cannot read a record of the former controller's checks"};
  }
  return looks;
}

}  // namespace mainstay::runtime
