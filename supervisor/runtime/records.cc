#include "runtime/records.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/utf8.h"
#include "runtime/state_record.h"

namespace mainstay::runtime {

namespace {

using namespace policy;

// With the longest name (64 + 5), a full window (65 times) and both texts at their longest a record
// stays below kMaxRecord.
constexpr std::size_t kLongestText = 120;
constexpr std::size_t kLongestActor = 64;
constexpr std::size_t kMostTimes = 65;

void put(Encoder& out, const Ledger& ledger) {
  out.u32(ledger.unstable_runs);
  out.u32(ledger.resource_failures);
  out.u64(ledger.runs);
  out.u64(ledger.restarts);
  const auto& times = ledger.recent_unstable;
  const std::size_t kept = std::min(times.size(), kMostTimes);
  out.u8(static_cast<std::uint8_t>(kept));
  for (std::size_t i = times.size() - kept; i < times.size(); ++i)
    out.mono(times[i]);
}

Ledger get_ledger(Decoder& in) {
  Ledger ledger;
  ledger.unstable_runs = in.u32();
  ledger.resource_failures = in.u32();
  ledger.runs = in.u64();
  ledger.restarts = in.u64();
  const std::size_t kept = in.u8();
  for (std::size_t i = 0; i < kept && in.ok(); ++i)
    ledger.recent_unstable.push_back(in.mono());
  return ledger;
}

void put(Encoder& out, const std::optional<LastExit>& last) {
  out.flag(last.has_value());
  if (!last) return;
  out.wall(last->at);
  put_enum(out, last->status.kind);
  out.u32(static_cast<std::uint32_t>(last->status.number));
  out.flag(last->status.core_dumped);
  out.text(cut_utf8(last->cause, kLongestActor));
  out.duration(last->run_time);
  // One text: a run that never became the program needed no end by us.
  out.text(cut_utf8(last->start_failure.empty() ? last->note : last->start_failure, kLongestText));
}

std::optional<LastExit> get_last_exit(Decoder& in, bool& sane) {
  if (!in.flag()) return std::nullopt;
  LastExit last;
  last.at = in.wall();
  last.status.kind = get_enum(in, ExitStatus::Kind::Unknown, sane);
  last.status.number = static_cast<int>(in.u32());
  last.status.core_dumped = in.flag();
  last.cause = in.text();
  last.run_time = in.duration();
  (last.cause == kStartFailed ? last.start_failure : last.note) = in.text();
  return last;
}

// Ours and the one before: what an upgrade finds.
bool is_readable(std::uint8_t version) {
  return version == kRecordVersion || version == kRecordVersion - 1;
}

Error unreadable() {
  return Error{"cannot read a record of the former controller"};
}

}  // namespace

std::string encode(const InstanceRecord& record) {
  Encoder out;
  out.u8(kRecordVersion);
  out.text(record.canonical_name);
  out.u32(record.instances);
  out.flag(record.removing);
  out.flag(record.signal_owed);
  put_enum(out, record.machine.goal());
  put_state(out, record.machine.state());
  put(out, record.machine.ledger());
  put(out, record.last_exit);
  out.text(cut_utf8(record.actor, kLongestActor));
  out.u64(record.last_run.value);
  out.u64(record.ticket);
  out.flag(record.enabled.has_value());
  out.flag(record.enabled.value_or(false));
  out.flag(record.held_down);
  put_enum(out, record.roll);
  return out.take();
}

Result<InstanceRecord> decode_instance(std::string_view bytes) {
  Decoder in{bytes};
  const std::uint8_t version = in.u8();
  if (!is_readable(version)) return unreadable();
  InstanceRecord record;
  bool sane = true;
  record.canonical_name = in.text();
  record.instances = in.u32();
  record.removing = in.flag();
  record.signal_owed = in.flag();
  const Goal goal = get_enum(in, Goal::Down, sane);
  InstanceState state = get_state(in, sane);
  record.machine = {goal, std::move(state), get_ledger(in)};
  record.last_exit = get_last_exit(in, sane);
  record.actor = in.text();
  record.last_run = RunId{in.u64()};
  record.ticket = in.u64();
  const bool decided = in.flag();
  const bool enabled = in.flag();
  if (decided) record.enabled = enabled;
  record.held_down = in.flag();
  if (version >= 4) record.roll = get_enum(in, RollTurn::Now, sane);
  if (!in.ok() || !in.at_end() || !sane) return unreadable();
  return record;
}

std::string encode(const ControllerRecord& record) {
  Encoder out;
  out.u8(kRecordVersion);
  out.u64(record.next_event_id);
  out.u64(record.next_run_id);
  out.flag(record.shutting_down);
  out.flag(record.asked_to_stop);
  out.flag(record.hurry);
  out.u32(static_cast<std::uint32_t>(record.exit_code));
  out.text(cut_utf8(record.why, kLongestText));
  return out.take();
}

Result<ControllerRecord> decode_controller(std::string_view bytes) {
  Decoder in{bytes};
  if (!is_readable(in.u8())) return unreadable();
  ControllerRecord record;
  record.next_event_id = in.u64();
  record.next_run_id = in.u64();
  record.shutting_down = in.flag();
  record.asked_to_stop = in.flag();
  record.hurry = in.flag();
  record.exit_code = static_cast<int>(in.u32());
  record.why = in.text();
  if (!in.ok() || !in.at_end()) return unreadable();
  return record;
}

}  // namespace mainstay::runtime
