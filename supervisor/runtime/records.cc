#include "runtime/records.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace mainstay::runtime {

namespace {

using namespace policy;

constexpr std::uint8_t kVersion = 2;
// With the longest name (64 + 5), a full window (65 times) and both texts at their longest a record
// stays below kMaxRecord.
constexpr std::size_t kLongestText = 120;
constexpr std::size_t kLongestActor = 64;
constexpr std::size_t kMostTimes = 65;

template <typename Enum>
void put(Encoder& out, Enum value) {
  out.u8(static_cast<std::uint8_t>(value));
}

// An enumerator up to `last`; what is beyond makes the record unreadable.
template <typename Enum>
Enum get(Decoder& in, Enum last, bool& sane) {
  const std::uint8_t value = in.u8();
  sane = sane && value <= static_cast<std::uint8_t>(last);
  return static_cast<Enum>(value);
}

void put(Encoder& out, const std::optional<MonoTime>& at) {
  out.flag(at.has_value());
  if (at) out.mono(*at);
}

std::optional<MonoTime> get_time(Decoder& in) {
  if (!in.flag()) return std::nullopt;
  return in.mono();
}

// The first `most` bytes, not ending within a character of UTF-8.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
    --most;
  return text.substr(0, most);
}

void put(Encoder& out, const NextStart& next) {
  put(out, next.cause);
  out.mono(next.decided);
  out.mono(next.at);
  out.duration(next.nominal);
}

// Reads a state of each kind; the last enumerators bound what is accepted.
struct StateReader {
  Decoder& in;
  bool sane = true;

  RunId run() { return RunId{in.u64()}; }
  int pid() { return static_cast<int>(in.u32()); }
  StartCause start_cause() { return get(in, StartCause::RestartWith, sane); }
  StopCause stop_cause() { return get(in, StopCause::MemoryExceeded, sane); }
  Push push() { return get(in, Push::Unkillable, sane); }
  DecidedBy decided_by() { return get(in, DecidedBy::Window, sane); }
  NextStart next_start() {
    const StartCause cause = start_cause();
    const MonoTime decided = in.mono();
    const MonoTime at = in.mono();
    return {cause, decided, at, in.duration()};
  }

  // Braced lists are evaluated from left to right, so each reads in the order of its fields.
  InstanceState state() {
    switch (get(in, StateKind::Failed, sane)) {
      case StateKind::Stopped:
        return Stopped{get(in, StoppedWhy::Reset, sane)};
      case StateKind::Waiting:
        return Waiting{start_cause(), in.mono()};
      case StateKind::Queued:
        return Queued{start_cause(), in.mono()};
      case StateKind::Starting:
        return Starting{run(), start_cause(), in.mono(), stop_cause()};
      case StateKind::Running:
        return Running{run(), pid(), in.mono(), start_cause(), get_time(in), stop_cause()};
      case StateKind::Stopping:
        return Stopping{run(), pid(), in.mono(), stop_cause(), push(), in.mono(), in.mono()};
      case StateKind::Backoff:
        return Backoff{next_start()};
      case StateKind::Clearing:
        return Clearing{run(), push(), in.mono(), in.mono(), next_start(), stop_cause()};
      case StateKind::Exited:
        return Exited{decided_by(), in.flag(), run(), in.mono()};
      case StateKind::Failed:
        return Failed{decided_by(), run(), in.mono(), get_time(in)};
    }
    return Stopped{};
  }
};

struct StateWriter {
  Encoder& out;

  void operator()(const Stopped& s) const { put(out, s.why); }
  void operator()(const Waiting& s) const {
    put(out, s.cause);
    out.mono(s.since);
  }
  void operator()(const Queued& s) const {
    put(out, s.cause);
    out.mono(s.since);
  }
  void operator()(const Starting& s) const {
    out.u64(s.run.value);
    put(out, s.cause);
    out.mono(s.since);
    put(out, s.ending);
  }
  void operator()(const Running& s) const {
    out.u64(s.run.value);
    out.u32(static_cast<std::uint32_t>(s.pid));
    out.mono(s.started);
    put(out, s.cause);
    put(out, s.scheduled);
    put(out, s.ending);
  }
  void operator()(const Stopping& s) const {
    out.u64(s.run.value);
    out.u32(static_cast<std::uint32_t>(s.pid));
    out.mono(s.started);
    put(out, s.cause);
    put(out, s.push);
    out.mono(s.since);
    out.mono(s.deadline);
  }
  void operator()(const Backoff& s) const { put(out, s.next); }
  void operator()(const Clearing& s) const {
    out.u64(s.run.value);
    put(out, s.push);
    out.mono(s.since);
    out.mono(s.deadline);
    put(out, s.next);
    put(out, s.ending);
  }
  void operator()(const Exited& s) const {
    put(out, s.by);
    out.flag(s.success);
    out.u64(s.leftovers.value);
    out.mono(s.since);
  }
  void operator()(const Failed& s) const {
    put(out, s.by);
    out.u64(s.leftovers.value);
    out.mono(s.since);
    put(out, s.retry_at);
  }
};

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
  put(out, last->status.kind);
  out.u32(static_cast<std::uint32_t>(last->status.number));
  out.flag(last->status.core_dumped);
  out.text(cut(last->cause, kLongestActor));
  out.duration(last->run_time);
  out.text(cut(last->start_failure, kLongestText));
}

std::optional<LastExit> get_last_exit(Decoder& in, bool& sane) {
  if (!in.flag()) return std::nullopt;
  LastExit last;
  last.at = in.wall();
  last.status.kind = get(in, ExitStatus::Kind::Unknown, sane);
  last.status.number = static_cast<int>(in.u32());
  last.status.core_dumped = in.flag();
  last.cause = in.text();
  last.run_time = in.duration();
  last.start_failure = in.text();
  return last;
}

// Ours and the one before: what an upgrade finds.
bool is_readable(std::uint8_t version) {
  return version == kVersion || version == kVersion - 1;
}

Error unreadable() {
  return Error{"cannot read a record of the former controller"};
}

}  // namespace

std::string encode(const InstanceRecord& record) {
  Encoder out;
  out.u8(kVersion);
  out.text(record.canonical_name);
  out.u32(record.instances);
  out.flag(record.removing);
  out.flag(record.signal_owed);
  put(out, record.machine.goal());
  put(out, record.machine.kind());
  std::visit(StateWriter{out}, record.machine.state());
  put(out, record.machine.ledger());
  put(out, record.last_exit);
  out.text(cut(record.actor, kLongestActor));
  out.u64(record.last_run.value);
  out.u64(record.ticket);
  out.flag(record.enabled.has_value());
  out.flag(record.enabled.value_or(false));
  out.flag(record.held_down);
  return out.take();
}

Result<InstanceRecord> decode_instance(std::string_view bytes) {
  Decoder in{bytes};
  const std::uint8_t version = in.u8();
  if (!is_readable(version)) return unreadable();
  InstanceRecord record;
  StateReader reader{in};
  record.canonical_name = in.text();
  record.instances = in.u32();
  record.removing = in.flag();
  record.signal_owed = in.flag();
  const Goal goal = get(in, Goal::Down, reader.sane);
  InstanceState state = reader.state();
  record.machine = {goal, std::move(state), get_ledger(in)};
  record.last_exit = get_last_exit(in, reader.sane);
  record.actor = in.text();
  record.last_run = RunId{in.u64()};
  record.ticket = in.u64();
  if (version >= 2) {
    const bool decided = in.flag();
    const bool enabled = in.flag();
    if (decided) record.enabled = enabled;
    record.held_down = in.flag();
  }
  if (!in.ok() || !in.at_end() || !reader.sane) return unreadable();
  return record;
}

std::string encode(const ControllerRecord& record) {
  Encoder out;
  out.u8(kVersion);
  out.u64(record.next_event_id);
  out.u64(record.next_run_id);
  out.flag(record.shutting_down);
  out.flag(record.asked_to_stop);
  out.flag(record.hurry);
  out.u32(static_cast<std::uint32_t>(record.exit_code));
  out.text(cut(record.why, kLongestText));
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
