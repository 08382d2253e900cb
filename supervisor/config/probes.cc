#include "config/probes.h"

#include <algorithm>
#include <charconv>

#include "config/addresses.h"
#include "config/commands.h"
#include "config/paths.h"
#include "config/pattern.h"
#include "config/scalars.h"
#include "config/values.h"

namespace mainstay::config {

namespace {

using FoundProbe = std::optional<model::Probe>;

// Behind the standard ones; the last is the highest that the usual limit of 1024 files allows.
constexpr Range kNotifyFds{3, 1023};

// Reads a template, and checks it where nothing is left for the start.
template <typename Problem>
bool read_checked(const Field& field, model::Template& out, Problem problem_of) {
  const std::optional<Text> text = read_text(field);
  if (!text) return false;
  const std::string problem = text->deferred.empty() ? problem_of(plain_of(*text)) : "";
  if (!problem.empty()) field.error(problem);
  out.text = text->pattern;
  return problem.empty();
}

std::optional<int> status_code(std::string_view text) {
  int code = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool whole = failed == std::errc{} && end == text.data() + text.size();
  return whole && code >= 100 && code <= 599 ? std::optional{code} : std::nullopt;
}

std::optional<model::StatusRange> status_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = status_code(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : status_code(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return model::StatusRange{*first, *last};
}

void read_status(const Field& field, std::vector<model::StatusRange>& out) {
  if (!field.present()) return;
  std::vector<model::StatusRange> ranges;
  for (const std::string& text : read_plain_list(field)) {
    const auto range = status_range(text);
    if (!range)
      return field.error(in_quotes(text) + " is not a status code or a range like 200-399");
    ranges.push_back(*range);
  }
  if (ranges.empty()) return field.error("is empty, must name at least one status");
  out = std::move(ranges);
}

void read_method(const Field& field, std::string& out) {
  read(field, out);
  const bool upper =
      std::all_of(out.begin(), out.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (out.empty() || out.size() > 16 || !upper)
    field.error(in_quotes(out) + " is not an HTTP method like GET or HEAD");
}

bool read_pattern(const Field& field, std::string& out) {
  const std::optional<std::string> text = read_plain(field);
  if (!text) return false;
  const std::string problem = problem_of_pattern(*text);
  if (!problem.empty()) field.error(problem);
  out = *text;
  return problem.empty();
}

FoundProbe read_http(const Field& field) {
  model::HttpProbe probe;
  const Field url = field.is(NodeKind::Map) ? field["url"] : field;
  const bool read_url = read_checked(url, probe.url, problem_of_url);
  if (!url.present()) field.error("needs a url");
  if (field.is(NodeKind::Map)) {
    read_method(field["method"], probe.method);
    read_headers(field["headers"], probe.headers);
    read_status(field["status"], probe.status);
    read_pattern(field["body"], probe.body);
    read(field["insecure"], probe.insecure);
  }
  return read_url ? FoundProbe{std::move(probe)} : std::nullopt;
}

FoundProbe read_tcp(const Field& field) {
  model::TcpProbe probe;
  const auto problem_of = [](const std::string& text) { return problem_of_host_port(text, true); };
  return read_checked(field, probe.address, problem_of) ? FoundProbe{std::move(probe)}
                                                        : std::nullopt;
}

FoundProbe read_command_probe(const Field& field) {
  model::CommandProbe probe{read_words(field)};
  return probe.argv.empty() ? std::nullopt : FoundProbe{std::move(probe)};
}

FoundProbe read_frozen(const Field& field) {
  model::FrozenProbe probe;
  if (!field.is(NodeKind::Map)) return std::nullopt;
  probe.cpu_below_percent = read_percent(field["cpu_below"], 100).value_or(probe.cpu_below_percent);
  read_positive(field["for"], probe.for_time);
  return probe;
}

FoundProbe read_heartbeat(const Field& field) {
  model::HeartbeatProbe probe;
  read_positive(field, probe.within);
  return probe.within.count() > 0 ? FoundProbe{probe} : std::nullopt;
}

FoundProbe read_file(const Field& field) {
  const auto path = read_path(field);
  return path ? FoundProbe{model::FileProbe{*path}} : std::nullopt;
}

FoundProbe read_notify(const Field& field) {
  if (!field.is(NodeKind::Scalar)) return model::NotifyProbe{};
  const auto text = read_plain(field);
  if (!text) return std::nullopt;
  bool on = true;
  if (*text == "true" || *text == "false") {
    read(field, on);
    if (!on) field.error("can only be true or the number of a descriptor; remove it otherwise");
    return on ? FoundProbe{model::NotifyProbe{}} : std::nullopt;
  }
  if (text->find_first_not_of("-0123456789") == std::string::npos) {
    const auto fd = read_integer(field, kNotifyFds);
    return fd ? FoundProbe{model::NotifyProbe{static_cast<int>(*fd)}} : std::nullopt;
  }
  field.error(in_quotes(*text) +
              " is neither true (READY=1 on NOTIFY_SOCKET) nor the number of a descriptor that the "
              "service writes a newline to");
  return std::nullopt;
}

FoundProbe read_log(const Field& field) {
  model::LogProbe probe;
  return read_pattern(field, probe.pattern) ? FoundProbe{std::move(probe)} : std::nullopt;
}

FoundProbe read_delay(const Field& field) {
  model::DelayProbe probe;
  read_positive(field, probe.delay);
  return probe.delay.count() > 0 ? FoundProbe{probe} : std::nullopt;
}

struct Kind {
  std::string_view name;
  FoundProbe (*read)(const Field&);
};
constexpr Kind kKinds[] = {
    {"http", read_http},
    {"tcp", read_tcp},
    {"command", read_command_probe},
    {"frozen", read_frozen},
    {"heartbeat", read_heartbeat},
    {"file", read_file},
    {"notify", read_notify},
    {"log", read_log},
    {"delay", read_delay},
};

}  // namespace

std::optional<model::Probe> read_probe(const Field& field, KeyTable table) {
  const auto name = only_alternative(field, table, "a check");
  if (!name) return std::nullopt;
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& k) { return k.name == *name; });
  return kind->read(field[*name]);
}

}  // namespace mainstay::config
