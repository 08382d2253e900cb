#include "ctl/show_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "ctl/json_fields.h"
#include "ctl/service_view.h"
#include "ctl/status_text.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kLabelWidth = 13;

struct Setting {
  std::string key;
  std::string value;
};

std::string fact(std::string_view label, std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("  {:<{}}{}\n", label, kLabelWidth, text);
}

std::string plain(const Json& value) {
  return safe_line(value.is_string() ? value.get<std::string>() : dump_json(value));
}

// Nested objects become dotted keys, as the documentation of the file names them.
void flatten(const Json& value, const std::string& key, std::vector<Setting>& out) {
  if (!value.is_object()) {
    out.push_back({key, plain(value)});
    return;
  }
  for (const auto& [name, inner] : value.items()) {
    flatten(inner, (key.empty() ? "" : key + ".") + safe_line(name), out);
  }
}

// The spec is an object, or a list of {"key", "value"}.
std::vector<Setting> settings_of(const Json& service) {
  std::vector<Setting> settings;
  const Json* spec = member(service, "spec");
  if (spec == nullptr) return settings;
  if (!spec->is_array()) {
    flatten(*spec, "", settings);
    return settings;
  }
  for (const Json& entry : *spec) {
    const Json* value = member(entry, "value");
    settings.push_back({text_of(entry, "key"), value != nullptr ? plain(*value) : ""});
  }
  return settings;
}

std::string settings_text(const Json& service) {
  const std::vector<Setting> settings = settings_of(service);
  if (settings.empty()) return "";
  std::size_t width = 0;
  for (const Setting& s : settings)
    width = std::max(width, s.key.size());
  std::string out = "  settings\n";
  for (const Setting& s : settings)
    out += fmt::format("      {:<{}}  {}\n", s.key, width, s.value);
  return out;
}

std::string at_and_ago(WallTime at, WallTime now) {
  return fmt::format("{} ({} ago)", format_local_date_clock(at), format_age(now - at));
}

std::string pid_text(const Json& service, const ServiceView& view, WallTime now) {
  if (!view.pid) return "";
  const auto since = time_of(service, "started_at");
  return since ? fmt::format("{}, since {}", *view.pid, at_and_ago(*since, now))
               : fmt::to_string(*view.pid);
}

std::string restarts_text(const ServiceView& view) {
  const std::string most =
      view.max_restarts ? fmt::format("at most {}", *view.max_restarts) : "no limit";
  return fmt::format("{}, of them {} unstable in a row ({})", view.restarts, view.unstable_runs,
                     most);
}

// "1.4 % CPU, 46 MB memory, 4 processes, 9 threads, 61 open files"
std::string usage_text(const Json& service, const ServiceView& view) {
  std::vector<std::string> parts;
  if (view.cpu_percent) parts.push_back(fmt::format("{:.1f} % CPU", *view.cpu_percent));
  if (view.memory) parts.push_back(format_size(*view.memory) + " memory");
  if (const auto n = whole_of(service, "processes"); n && *n >= 0) {
    parts.push_back(fmt::format("{} process{}", *n, *n == 1 ? "" : "es"));
  }
  if (const auto n = whole_of(service, "threads"); n && *n >= 0) {
    parts.push_back(count_of(static_cast<std::size_t>(*n), "thread"));
  }
  if (const auto n = whole_of(service, "open_files"); n && *n >= 0) {
    parts.push_back(count_of(static_cast<std::size_t>(*n), "open file"));
  }
  return view.pid ? join(parts, ", ") : "";
}

// "reads 1.2 MB/s, writes 12 KB/s"
std::string storage_text(const Json& service, const ServiceView& view) {
  const auto read = number_of(service, "read_bytes_per_second");
  const auto written = number_of(service, "written_bytes_per_second");
  if (!view.pid || !read || !written) return "";
  const auto rate = [](double bytes) {
    constexpr double kMost = 1e15;
    const double shown = std::clamp(bytes, 0.0, kMost);
    return format_size(Bytes{static_cast<std::uint64_t>(shown)}) + "/s";
  };
  return fmt::format("reads {}, writes {}", rate(*read), rate(*written));
}

std::string starts_text(const ServiceView& view) {
  if (!view.enabled) return "by hand only, or when another needs it";
  return view.held_down ? "by hand only, until the next start or enable" : "with the supervisor";
}

std::string last_exit_text(const ServiceView& view, WallTime now) {
  if (!view.last_exit) return "";
  const LastExitView& exit = *view.last_exit;
  std::string text = short_exit(exit);
  if (exit.run_time) text += fmt::format(" after {}", run_text(*exit.run_time));
  if (exit.at) text += ", " + at_and_ago(*exit.at, now);
  const std::string& why = exit.start_failure.empty() ? exit.reason : exit.start_failure;
  if (!why.empty()) text += ": " + why;
  return exit.note.empty() ? text : fmt::format("{} ({})", text, exit.note);
}

std::string checks_text(const Json& service) {
  std::string out;
  for (const Json& check : list_of(service, "checks")) {
    std::string text = fmt::format("{} {}  {}", text_of(check, "kind"), text_of(check, "target"),
                                   text_of(check, "state"));
    if (const auto ms = number_of(check, "latency_ms")) text += fmt::format(", {:.1f} ms", *ms);
    if (const std::string error = text_of(check, "last_error"); !error.empty())
      text += ": " + error;
    const auto failures = whole_of(check, "failures").value_or(0);
    const auto allowed = whole_of(check, "failures_allowed").value_or(0);
    if (failures > 0) text += fmt::format(" ({} of {} failed)", failures, allowed);
    out += fact(out.empty() ? "checks" : "", text);
  }
  return out;
}

// "memory 512M: by cgroup v1; …", a line each.
std::string limits_text(const Json& service) {
  std::string out;
  for (std::string limit : lines_of(service, "limits")) {
    constexpr std::string_view kPrefix = "limits.";
    if (limit.starts_with(kPrefix)) limit.erase(0, kPrefix.size());
    out += fact(out.empty() ? "limits" : "", limit);
  }
  return out;
}

// "log" is a list of paths, an object of them by stream, or one path.
std::string logs_text(const Json& service) {
  const Json* log = member(service, "log");
  if (log == nullptr) return "";
  std::vector<Setting> files;
  if (log->is_array()) {
    for (const Json& file : *log)
      files.push_back({"", plain(file)});
  } else {
    flatten(*log, "", files);
  }
  std::string out;
  for (const Setting& file : files)
    out += fact(out.empty() ? "logs" : "", file.value);
  return out;
}

// Nothing when nothing is lost.
std::string lost_text(const ServiceView& view) {
  if (view.log_dropped_bytes <= 0) return "";
  return fmt::format("{} ({}) of output, because the disk was full",
                     count_of(static_cast<std::size_t>(view.log_dropped_bytes), "byte"),
                     count_of(static_cast<std::size_t>(view.log_dropped_lines), "line"));
}

// Of a service with several instances: all of them as a table, then the first in full.
std::string instances_text(const Json& service, WallTime now, const Terminal& terminal) {
  const Json* instances = member(service, "instances");
  if (instances == nullptr) return "";
  const auto services = views_of(list_of(*instances, "services"));
  return services.empty() ? "" : status_text(services, now, terminal) + "\n";
}

std::string title(const ServiceView& view, const Terminal& terminal) {
  std::string text = view.name + "  " + paint(view.state, tone_of(view), terminal);
  const bool says_health =
      view.pid && !view.health.empty() && view.health != to_string(Health::None);
  return says_health ? text + ", " + view.health : text;
}

}  // namespace

std::string show_text(const Json& service, WallTime now, const Terminal& terminal) {
  const ServiceView view = view_of(service);
  std::string out = instances_text(service, now, terminal);
  out += title(view, terminal) + "\n";
  if (const Json* spec = member(service, "spec"))
    out += fact("description", text_of(*spec, "description"));
  out += fact("reason", view.reason);
  out += fact("says", text_of(service, "status_text"));
  out += fact("next", next_step(view));
  out += fact("starts", starts_text(view));
  out += fact("pid", pid_text(service, view, now));
  out += fact("uses", usage_text(service, view));
  out += fact("storage", storage_text(service, view));
  out += fact("ports", join(view.ports, " "));
  out += fact("restarts", restarts_text(view));
  out += fact("last exit", last_exit_text(view, now));
  out += checks_text(service);
  out += limits_text(service);
  out += logs_text(service);
  if (view.log_trouble) out += fact("log trouble", log_trouble_text(*view.log_trouble));
  out += fact("lost", lost_text(view));
  return out + settings_text(service);
}

}  // namespace mainstay::ctl
