#include "runtime/state_record.h"

#include <variant>

namespace mainstay::runtime {

using namespace policy;

void put_time(Encoder& out, const std::optional<MonoTime>& at) {
  out.flag(at.has_value());
  if (at) out.mono(*at);
}

std::optional<MonoTime> get_time(Decoder& in) {
  if (!in.flag()) return std::nullopt;
  return in.mono();
}

namespace {

void put(Encoder& out, const NextStart& next) {
  put_enum(out, next.cause);
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
  StartCause start_cause() { return get_enum(in, StartCause::DependencyBack, sane); }
  StopCause stop_cause() { return get_enum(in, StopCause::NotReady, sane); }
  Push push() { return get_enum(in, Push::Unkillable, sane); }
  DecidedBy decided_by() { return get_enum(in, DecidedBy::DependencyDown, sane); }
  Running running() {
    Running running{run(), pid(), in.mono(), start_cause(), get_time(in), stop_cause()};
    running.health = get_enum(in, Health::Unhealthy, sane);
    return running;
  }
  NextStart next_start() {
    const StartCause cause = start_cause();
    const MonoTime decided = in.mono();
    const MonoTime at = in.mono();
    return {cause, decided, at, in.duration()};
  }

  // Braced lists are evaluated from left to right, so each reads in the order of its fields.
  InstanceState state() {
    switch (get_enum(in, StateKind::GettingReady, sane)) {
      case StateKind::Stopped:
        return Stopped{get_enum(in, StoppedWhy::Reset, sane)};
      case StateKind::Waiting:
        return Waiting{start_cause(), in.mono()};
      case StateKind::Queued:
        return Queued{start_cause(), in.mono()};
      case StateKind::Starting:
        return Starting{run(), start_cause(), in.mono(), stop_cause()};
      case StateKind::Running:
        return running();
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
      case StateKind::GettingReady:
        return GettingReady{running(), get_time(in)};
    }
    return Stopped{};
  }
};

struct StateWriter {
  Encoder& out;

  void operator()(const Stopped& s) const { put_enum(out, s.why); }
  void operator()(const Waiting& s) const {
    put_enum(out, s.cause);
    out.mono(s.since);
  }
  void operator()(const Queued& s) const {
    put_enum(out, s.cause);
    out.mono(s.since);
  }
  void operator()(const Starting& s) const {
    out.u64(s.run.value);
    put_enum(out, s.cause);
    out.mono(s.since);
    put_enum(out, s.ending);
  }
  void operator()(const Running& s) const {
    out.u64(s.run.value);
    out.u32(static_cast<std::uint32_t>(s.pid));
    out.mono(s.started);
    put_enum(out, s.cause);
    put_time(out, s.scheduled);
    put_enum(out, s.ending);
    put_enum(out, s.health);
  }
  void operator()(const GettingReady& s) const {
    (*this)(s.up);
    put_time(out, s.ready_by);
  }
  void operator()(const Stopping& s) const {
    out.u64(s.run.value);
    out.u32(static_cast<std::uint32_t>(s.pid));
    out.mono(s.started);
    put_enum(out, s.cause);
    put_enum(out, s.push);
    out.mono(s.since);
    out.mono(s.deadline);
  }
  void operator()(const Backoff& s) const { put(out, s.next); }
  void operator()(const Clearing& s) const {
    out.u64(s.run.value);
    put_enum(out, s.push);
    out.mono(s.since);
    out.mono(s.deadline);
    put(out, s.next);
    put_enum(out, s.ending);
  }
  void operator()(const Exited& s) const {
    put_enum(out, s.by);
    out.flag(s.success);
    out.u64(s.leftovers.value);
    out.mono(s.since);
  }
  void operator()(const Failed& s) const {
    put_enum(out, s.by);
    out.u64(s.leftovers.value);
    out.mono(s.since);
    put_time(out, s.retry_at);
  }
};

}  // namespace

void put_state(Encoder& out, const InstanceState& state) {
  put_enum(out, static_cast<StateKind>(state.index()));
  std::visit(StateWriter{out}, state);
}

InstanceState get_state(Decoder& in, bool& sane) {
  StateReader reader{in};
  InstanceState state = reader.state();
  sane = sane && reader.sane;
  return state;
}

}  // namespace mainstay::runtime
