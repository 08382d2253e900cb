#include "config/jobs.h"

#include "config/scalars.h"
#include "schedule/cron.h"
#include "schedule/zone.h"

namespace mainstay::config {

namespace {

void read_when(const Field& owner, model::JobSpec& out) {
  const Field schedule = owner["schedule"];
  if (const auto text = read_plain(schedule)) {
    const auto parsed = schedule::parse_cron(*text);
    if (!parsed) schedule.error(parsed.error().message);
    out.schedule = *text;
  }
  const Field every = owner["every"];
  Duration interval{0};
  read_positive(every, interval);
  if (interval.count() > 0) out.every = interval;
  if (schedule.present() && every.present())
    every.error("a job has either a schedule or every, not both");
}

void read_timezone(const Field& field, std::string& out) {
  const auto name = read_plain(field);
  if (!name) return;
  const auto zone = schedule::Zone::named(*name);
  if (!zone) return field.error(zone.error().message);
  out = *name;
}

void read_timeout(const Field& field, std::optional<Duration>& out) {
  Duration timeout{0};
  read_positive(field, timeout);
  if (timeout.count() > 0) out = timeout;
}

void read_retries(const Field& field, model::JobSpec& out) {
  if (!field.is(NodeKind::Map)) return;
  read(field["count"], {0, 1000}, out.retries);
  read(field["delay"], out.retry_delay);
}

}  // namespace

model::JobSpec read_job(const Field& owner, std::string name, std::uint32_t declared_in,
                        const ServiceNames& names, const Shared& shared) {
  static constexpr std::string_view kOverlaps[] = {"skip", "queue", "kill"};
  model::JobSpec out;
  out.name = std::move(name);
  read_program(owner, declared_in, names, shared, out);
  read_when(owner, out);
  read_timezone(owner["timezone"], out.timezone);
  read_timeout(owner["timeout"], out.timeout);
  read(owner["overlap"], kOverlaps, out.overlap);
  read(owner["catch_up"], out.catch_up);
  read(owner["jitter"], out.jitter);
  read_retries(owner["retries"], out);
  read(owner["keep_runs"], {1, 100'000}, out.keep_runs);
  return out;
}

}  // namespace mainstay::config
