#include "policy/check_state.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>
#include <vector>

#include "base/utf8.h"
#include "model/redaction.h"
#include "policy/backoff.h"
#include "policy/wording.h"

namespace mainstay::policy {

namespace {

CheckChange change_to(CheckState& state, Health health) {
  const Health before = state.health;
  state.health = health;
  if (before == health) return CheckChange::None;
  if (health == Health::Unhealthy) return CheckChange::BecameUnhealthy;
  return health == Health::Healthy ? CheckChange::BecameHealthy : CheckChange::None;
}

CheckChange take_passed(CheckState& state, const model::CheckSpec& spec,
                        const CheckResult& result) {
  state.failures = 0;
  if (state.successes < UINT32_MAX) ++state.successes;
  state.last_good = result.at;
  state.latency = result.latency;
  state.last_error.clear();
  if (state.successes < spec.successes) return CheckChange::None;
  return change_to(state, Health::Healthy);
}

CheckChange take_failed(CheckState& state, const model::CheckSpec& spec, const CheckResult& result,
                        MonoTime watched_since) {
  state.successes = 0;
  state.latency = result.latency;
  state.last_error = result.message;
  const bool spared = !result.counts || result.at < later(watched_since, spec.start_period);
  if (spared) return CheckChange::None;
  if (state.failures < UINT32_MAX) ++state.failures;
  if (state.failures < spec.failures) return CheckChange::None;
  return change_to(state, Health::Unhealthy);
}

std::string spell_latency(Duration latency) {
  const double milliseconds = to_seconds(latency) * 1000;
  return milliseconds < 10 ? fmt::format("{:.1f} ms", milliseconds) : spell(latency);
}

// "http://user:secret@host/path?token=secret" says no more than "http://host/path?...".
std::string public_part(const std::string& url) {
  std::string out = url.substr(0, url.find('?'));
  if (out.size() < url.size()) out += "?...";
  const std::size_t scheme = out.find("://");
  if (scheme == std::string::npos) return out;
  const std::size_t host = scheme + 3;
  const std::size_t at = out.rfind('@', out.find('/', host));
  if (at != std::string::npos && at > host) out.erase(host, at + 1 - host);
  return out;
}

std::string words_of(const std::vector<model::Template>& argv) {
  std::string words;
  for (const model::Template& word : argv)
    words += (words.empty() ? "" : " ") + word.text;
  return words;
}

}  // namespace

CheckChange take(CheckState& state, const model::CheckSpec& spec, const CheckResult& result,
                 MonoTime watched_since) {
  state.last_at = result.at;
  switch (result.verdict) {
    case CheckVerdict::Passed:
      return take_passed(state, spec, result);
    case CheckVerdict::Failed:
      return take_failed(state, spec, result, watched_since);
    case CheckVerdict::Unknown:
      state.last_error = result.message;
      if (state.health == Health::Healthy) state.health = Health::Unknown;
      return CheckChange::None;
  }
  return CheckChange::None;
}

std::string describe(const CheckState& state, const model::CheckSpec& spec, MonoTime now) {
  if (!state.last_at) return "not checked yet";
  std::string out;
  if (state.failures > 0) {
    out = fmt::format("{} of {} failed: {}", state.failures, spec.failures, state.last_error);
  } else if (!state.last_error.empty()) {
    out = fmt::format("{}: {}", state.health == Health::Unknown ? "unknown" : "failed, not counted",
                      state.last_error);
  } else {
    return fmt::format("passed {} ago in {}", spell(now - *state.last_at),
                       spell_latency(state.latency));
  }
  if (state.last_good)
    return out + fmt::format("; last good {} ago", spell(now - *state.last_good));
  return out + "; never passed in this run";
}

Health summary(std::span<const CheckState> checks) {
  Health all = checks.empty() ? Health::None : Health::Healthy;
  for (const CheckState& check : checks) {
    if (check.health == Health::Unhealthy) return Health::Unhealthy;
    if (check.health == Health::Unknown) all = Health::Unknown;
  }
  return all;
}

std::string_view kind_of(const model::Probe& probe) {
  struct Name {
    std::string_view operator()(const model::HttpProbe&) const { return "http"; }
    std::string_view operator()(const model::TcpProbe&) const { return "tcp"; }
    std::string_view operator()(const model::CommandProbe&) const { return "command"; }
    std::string_view operator()(const model::FrozenProbe&) const { return "frozen"; }
    std::string_view operator()(const model::HeartbeatProbe&) const { return "heartbeat"; }
    std::string_view operator()(const model::FileProbe&) const { return "file"; }
    std::string_view operator()(const model::NotifyProbe&) const { return "notify"; }
    std::string_view operator()(const model::LogProbe&) const { return "log"; }
    std::string_view operator()(const model::DelayProbe&) const { return "delay"; }
  };
  return std::visit(Name{}, probe);
}

std::string target_of(const model::Probe& probe, const model::Environment& env) {
  struct Target {
    std::string operator()(const model::HttpProbe& p) const { return public_part(p.url.text); }
    std::string operator()(const model::TcpProbe& p) const { return p.address.text; }
    std::string operator()(const model::CommandProbe& p) const { return words_of(p.argv); }
    std::string operator()(const model::FrozenProbe& p) const { return spell(p.for_time); }
    std::string operator()(const model::HeartbeatProbe& p) const { return spell(p.within); }
    std::string operator()(const model::FileProbe& p) const { return p.path.string(); }
    std::string operator()(const model::NotifyProbe&) const { return ""; }
    std::string operator()(const model::LogProbe& p) const { return p.pattern; }
    std::string operator()(const model::DelayProbe& p) const { return spell(p.delay); }
  };
  constexpr std::size_t kLongest = 80;
  std::string target = model::Redaction{env}.apply(std::visit(Target{}, probe));
  if (target.size() <= kLongest) return target;
  return std::string{cut_utf8(target, kLongest)} + "...";
}

}  // namespace mainstay::policy
