#include "process/notify_message.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace mainstay::process {

namespace {

constexpr std::size_t kMaxBusErrorBytes = 255;  // D-Bus specification, "Valid Names"
constexpr std::uint64_t kMaxErrno = 4095;       // MAX_ERRNO of the kernel
constexpr std::uint64_t kMaxPid = 4'194'304;    // proc(5), pid_max

std::optional<std::uint64_t> whole_number(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && number <= most ? std::optional{number} : std::nullopt;
}

// Microseconds; what is longer than a Duration is as long as that.
std::optional<Duration> microseconds(std::string_view text) {
  const auto number = whole_number(text, UINT64_MAX);
  if (!number) return std::nullopt;
  constexpr auto kMost = static_cast<std::uint64_t>(Duration::max().count() / 1000);
  return Duration{static_cast<Duration::rep>(std::min(*number, kMost)) * 1000};
}

// Valid UTF-8 in one line: what commands a terminal or breaks the line is a space.
std::string clean(std::string_view text) {
  std::string out;
  const std::string valid = to_valid_utf8(text);
  for (std::string_view rest = valid; !rest.empty();) {
    const CodePoint next = decode_utf8(rest);
    const std::string_view raw = rest.substr(0, next.length);
    // Tabs, controls and what turns the direction of text around.
    const bool control = next.value < 0x20 || escape_for_terminal(raw, false) != raw;
    const std::string_view piece = control ? " " : raw;
    if (out.size() + piece.size() > model::kMaxStatusBytes) break;
    out += piece;
    rest.remove_prefix(next.length);
  }
  return out;
}

bool is_bus_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxBusErrorBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

using Made = std::optional<model::Notification>;  // nothing: the value makes no sense

Made main_pid(std::string_view value) {
  const auto pid = whole_number(value, kMaxPid);
  return pid && *pid > 0 ? Made{model::NotifyMainPid{static_cast<int>(*pid)}} : std::nullopt;
}

Made status(std::string_view value) {
  return model::NotifyStatus{clean(value)};
}

Made error_number(std::string_view value) {
  const auto number = whole_number(value, kMaxErrno);
  return number ? Made{model::NotifyErrno{static_cast<int>(*number)}} : std::nullopt;
}

Made bus_error(std::string_view value) {
  return is_bus_name(value) ? Made{model::NotifyBusError{std::string{value}}} : std::nullopt;
}

Made extend_timeout(std::string_view value) {
  const auto time = microseconds(value);
  return time ? Made{model::NotifyExtendTimeout{*time}} : std::nullopt;
}

Made watchdog(std::string_view value) {
  if (value == "1") return model::NotifyWatchdog{};
  return value == "trigger" ? Made{model::NotifyWatchdogTrigger{}} : std::nullopt;
}

Made watchdog_time(std::string_view value) {
  const auto time = microseconds(value);
  return time ? Made{model::NotifyWatchdogTime{*time}} : std::nullopt;
}

struct Key {
  std::string_view prefix;
  Made (*make)(std::string_view value);
};
constexpr Key kMainPid{"MAINPID=", main_pid};
// What comes after readiness, in this order.
constexpr Key kKeys[] = {
    {"STATUS=", status},      {"ERRNO=", error_number},
    {"BUSERROR=", bus_error}, {"EXTEND_TIMEOUT_USEC=", extend_timeout},
    {"WATCHDOG=", watchdog},  {"WATCHDOG_USEC=", watchdog_time},
};

using Lines = std::vector<std::string_view>;

std::optional<std::string_view> first_value(const Lines& lines, std::string_view prefix) {
  const auto found = std::find_if(lines.begin(), lines.end(),
                                  [&](std::string_view line) { return line.starts_with(prefix); });
  return found == lines.end() ? std::nullopt : std::optional{found->substr(prefix.size())};
}

void take(const Lines& lines, const Key& key, NotifyMessage& out) {
  const auto value = first_value(lines, key.prefix);
  if (!value) return;
  if (auto made = key.make(*value)) {
    out.says.push_back(std::move(*made));
  } else if (out.not_understood.empty()) {
    out.not_understood = std::string{key.prefix} + std::string{*value};
  }
}

void take_readiness(const Lines& lines, NotifyMessage& out) {
  const auto last = std::find_if(lines.rbegin(), lines.rend(), [](std::string_view line) {
    return line == "READY=1" || line == "RELOADING=1" || line == "STOPPING=1";
  });
  if (last == lines.rend()) return;
  if (*last == "READY=1") return void(out.says.emplace_back(model::NotifyReady{}));
  if (*last == "STOPPING=1") return void(out.says.emplace_back(model::NotifyStopping{}));
  const auto clock = first_value(lines, "MONOTONIC_USEC=");
  const auto time = clock ? microseconds(*clock) : std::nullopt;
  model::NotifyReloading reloading;
  if (time) reloading.began = MonoTime{*time};
  out.says.emplace_back(reloading);
}

}  // namespace

Result<NotifyMessage> parse_notify_message(std::string_view bytes) {
  if (bytes.ends_with('\0')) bytes.remove_suffix(1);
  if (bytes.find('\0') != std::string_view::npos) return Error{"it has a NUL byte inside"};
  const Lines lines = split(bytes, '\n');
  NotifyMessage out;
  take(lines, kMainPid, out);
  take_readiness(lines, out);
  for (const Key& key : kKeys)
    take(lines, key, out);
  out.stores_descriptors = first_value(lines, "FDSTORE=") == "1";
  return out;
}

}  // namespace mainstay::process
