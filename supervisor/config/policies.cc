#include "config/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "config/commands.h"
#include "config/limits.h"
#include "config/scalars.h"
#include "schedule/cron.h"

namespace mainstay::config {

namespace {

constexpr Range kExitCodes{0, 255};
constexpr Range kCounts{0, 1'000'000};

void read_codes(const Field& field, std::vector<int>& out) {
  if (field.is_null()) return;
  if (!field.is(NodeKind::List)) return;
  out.clear();
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto code = read_integer(field.item(i), kExitCodes);
    if (code && std::find(out.begin(), out.end(), *code) == out.end())
      out.push_back(static_cast<int>(*code));
  }
}

// One duration: that delay, always.
void read_fixed_delay(const Field& field, model::Backoff& out) {
  Duration delay = out.initial;
  read(field, delay);
  out = {delay, 1, delay, 0};
}

void read_backoff(const Field& field, model::Backoff& out) {
  if (field.is(NodeKind::Scalar)) return read_fixed_delay(field, out);
  if (!field.is(NodeKind::Map)) return;
  read(field["initial"], out.initial);
  read(field["max"], out.max);
  out.factor = read_number(field["factor"], 1, 1000).value_or(out.factor);
  if (const auto jitter = read_percent(field["jitter"], 100)) out.jitter = *jitter / 100;
  const bool max_given = field["max"].present();
  if (out.max >= out.initial) return;
  // Only what was written can be wrong: a long initial delay lifts the default cap.
  if (!max_given) {
    out.max = out.initial;
    return;
  }
  field["max"].error("is less than initial");
}

void read_max_restarts(const Field& field, std::optional<std::uint32_t>& out) {
  if (field.is(NodeKind::Scalar) && field.node()->text == "unlimited") return out.reset();
  if (field.is(NodeKind::Scalar) && read_plain(field) == "unlimited") return out.reset();
  if (const auto count = read_integer(field, kCounts)) out = static_cast<std::uint32_t>(*count);
}

void check_window(const Field& field, const model::RestartPolicy& policy) {
  if (!policy.window || (policy.max_restarts && *policy.max_restarts <= kMaxWindowedRestarts))
    return;
  field["window"].error(
      fmt::format("needs max_restarts of at most {}; it is {}", kMaxWindowedRestarts,
                  policy.max_restarts ? fmt::format("{}", *policy.max_restarts) : "unlimited"));
}

void read_cron(const Field& field, std::optional<std::string>& out) {
  const std::optional<std::string> text = read_plain(field);
  if (!text) return;
  const auto parsed = schedule::parse_cron(*text);
  if (!parsed) return field.error(parsed.error().message);
  out = *text;
}

void read_positive(const Field& field, std::optional<Duration>& out) {
  if (!field.present()) return;
  Duration value{0};
  read_positive(field, value);
  if (value.count() > 0) out = value;
}

}  // namespace

void read_restart(const Field& field, model::RestartPolicy& out) {
  if (!field.is(NodeKind::Map)) return;
  static constexpr std::string_view kPolicies[] = {"always", "on-failure", "never"};
  read(field["policy"], kPolicies, out.policy);
  read_codes(field["success_codes"], out.success_codes);
  read_codes(field["stop_codes"], out.stop_codes);
  read_backoff(field["backoff"], out.backoff);
  read(field["min_uptime"], out.min_uptime);
  read_max_restarts(field["max_restarts"], out.max_restarts);
  read_positive(field["window"], out.window);
  read_positive(field["retry_after"], out.retry_after);
  read_cron(field["at"], out.at);
  read_positive(field["max_age"], out.max_age);
  check_window(field, out);
}

void read_stop(const Field& field, model::StopPolicy& out) {
  if (!field.is(NodeKind::Map)) return;
  read_signal(field["signal"], out.signal);
  read(field["timeout"], out.timeout);
  out.command = read_words(field["command"]);
}

void read_limits(const Field& field, model::Limits& out) {
  if (!field.is(NodeKind::Map)) return;
  static constexpr std::string_view kActions[] = {"restart", "alert"};
  read(field["memory"], out.memory);
  if (out.memory && out.memory->count == 0) field["memory"].error("must be more than zero");
  read(field["memory_action"], kActions, out.memory_action);
  if (const auto cpu = read_percent(field["cpu"], 100'000)) out.cpu_percent = cpu;
  if (out.cpu_percent && *out.cpu_percent <= 0) field["cpu"].error("must be more than zero");
  if (const auto count = read_integer(field["processes"], {1, 4'194'304})) {
    out.processes = static_cast<std::uint64_t>(*count);
  }
  // Fewer would not even let the dynamic loader open its libraries.
  if (const auto count = read_integer(field["open_files"], {16, 1'073'741'816})) {
    out.open_files = static_cast<std::uint64_t>(*count);
  }
  read(field["core"], out.core);
}

namespace {

void read_rotate(const Field& field, model::RotateSpec& out) {
  if (!field.is(NodeKind::Map)) return;
  read(field["size"], out.size);
  constexpr std::uint64_t kSmallest = 4096;
  if (out.size.count < kSmallest) field["size"].error("must be at least 4K");
  read(field["daily"], out.daily);
  read(field["keep"], {0, 10'000}, out.keep);
  read(field["max_age"], out.max_age);
  read(field["compress"], out.compress);
}

}  // namespace

void read_logs(const Field& field, model::LogSpec& out) {
  if (!field.is(NodeKind::Map)) return;
  static constexpr std::string_view kFormats[] = {"raw", "text", "json"};
  static constexpr std::string_view kOnFull[] = {"drop", "block"};
  read(field["stdout"], out.stdout_on);
  read(field["stderr"], out.stderr_on);
  read(field["merge"], out.merge);
  read(field["format"], kFormats, out.format);
  read_rotate(field["rotate"], out.rotate);
  read(field["on_full"], kOnFull, out.on_full);
}

}  // namespace mainstay::config
