#include "config_notes.h"

#include <set>

#include "base/bytes.h"
#include "base/text.h"

namespace mainstay {

namespace {

constexpr std::uint32_t kNext = 0x3158434eU;     // "NCX1"
constexpr std::uint32_t kRenewal = 0x314e4552U;  // "REN1"
constexpr std::size_t kNamed = 10;
constexpr std::uint32_t kMostNames = 1'000'000;

void put(Encoder& out, const std::set<std::string>& names) {
  out.u32(static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names)
    out.text(name);
}

std::set<std::string> get_names(Decoder& in) {
  std::set<std::string> names;
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && count <= kMostNames && in.ok(); ++i)
    names.insert(in.text());
  return names;
}

// Left out where it is none, so that a version that knows of no rollbacks reads everything else.
void put_rollback(Encoder& out, bool rollback) {
  if (rollback) out.flag(true);
}

bool get_rollback(Decoder& in) {
  return !in.at_end() && in.flag();
}

Error unreadable(const char* what) {
  return Error{std::string{"cannot read what a former controller left about "} + what};
}

}  // namespace

std::string encode(const NextConfig& next) {
  Encoder out;
  out.u32(kNext);
  out.text(next.who);
  out.text(next.hash);
  out.text(next.sources);
  put_rollback(out, next.rollback);
  return out.take();
}

std::string encode(const RenewalNote& note) {
  Encoder out;
  out.u32(kRenewal);
  out.text(note.hash);
  out.u64(note.renewal.before.value);
  out.text(note.renewal.who);
  for (const auto* names : {&note.renewal.restart, &note.renewal.rechecked, &note.renewal.rescaled})
    put(out, *names);
  for (const std::string* told : {&note.removed, &note.added, &note.changed})
    out.text(*told);
  put_rollback(out, note.rollback);
  return out.take();
}

Result<NextConfig> decode_next_config(std::string_view bytes) {
  Decoder in{bytes};
  const bool ours = in.u32() == kNext;
  NextConfig next;
  for (std::string* text : {&next.who, &next.hash, &next.sources})
    *text = in.text();
  next.rollback = get_rollback(in);
  if (!ours || !in.ok() || !in.at_end()) return unreadable("the next configuration");
  return next;
}

Result<RenewalNote> decode_renewal(std::string_view bytes) {
  Decoder in{bytes};
  const bool ours = in.u32() == kRenewal;
  RenewalNote note;
  note.hash = in.text();
  note.renewal.before = RunId{in.u64()};
  note.renewal.who = in.text();
  for (auto* names : {&note.renewal.restart, &note.renewal.rechecked, &note.renewal.rescaled})
    *names = get_names(in);
  for (std::string* told : {&note.removed, &note.added, &note.changed})
    *told = in.text();
  note.rollback = get_rollback(in);
  if (!ours || !in.ok() || !in.at_end()) return unreadable("a change of the configuration");
  return note;
}

RenewalNote renewal_for(const config::Plan& plan, const NextConfig& next, RunId before) {
  RenewalNote note;
  note.hash = next.hash;
  note.rollback = next.rollback;
  note.renewal.before = before;
  note.renewal.who = next.who;
  std::vector<std::string> changed;
  for (const config::ServiceChange& change : plan.changed) {
    changed.push_back(change.name);
    if (change.restart) note.renewal.restart.insert(change.name);
    if (change.rechecked) note.renewal.rechecked.insert(change.name);
    if (change.rescaled) note.renewal.rescaled.insert(change.name);
  }
  note.removed = join_some(plan.removed, kNamed);
  note.added = join_some(plan.added, kNamed);
  note.changed = join_some(changed, kNamed);
  return note;
}

}  // namespace mainstay
