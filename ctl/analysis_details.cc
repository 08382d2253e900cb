#include "ctl/analysis_details.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/event_text.h"
#include "ctl/json_fields.h"
#include "ctl/log_text.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kMostShown = 5;  // signatures and endpoints of one service
constexpr std::int64_t kWorthAnHour = 20;

std::string moment(const Json& object, std::string_view name, WallTime now) {
  const auto at = time_of(object, name);
  return at ? local_time_text(*at, now) : "";
}

// "14:05:11 to 14:01:40", or once.
std::string span_text(const Json& object, WallTime now) {
  const std::string first = moment(object, "first", now);
  const std::string last = moment(object, "last", now);
  return first == last ? first : fmt::format("{} to {}", first, last);
}

// Of a trace its lines, of everything else the one that it is.
std::string example_text(const Json& signature) {
  const std::vector<Json> lines = list_of(signature, "example");
  const bool trace = !raw_text_of(signature, "trace").empty() && lines.size() > 1;
  const std::int64_t left_out = whole_of(signature, "lines_left_out").value_or(0);
  std::string out;
  for (std::size_t i = 0; i < lines.size() && (trace || i == 0); ++i) {
    if (left_out > 0 && i == lines.size() / 2)
      out += fmt::format("            ({} more lines)\n", left_out);
    const std::string text = lines[i].is_string() ? lines[i].get<std::string>() : "";
    out += fmt::format("            {}\n", safe_line(strip_colour(text)));
  }
  return out;
}

std::string cause_text(const Json& signature) {
  std::vector<std::string> parts;
  const std::string cause = text_of(signature, "cause");
  const std::string where = text_of(signature, "where");
  if (!cause.empty()) parts.push_back("caused by " + cause);
  if (!where.empty()) parts.push_back("in " + where);
  return parts.empty() ? "" : fmt::format("            {}\n", join(parts, ", "));
}

std::string left_out_text(const Json& object, std::string_view name, std::size_t not_shown,
                          std::int64_t count, std::string_view what) {
  const Json* left_out = member(object, name);
  const auto kinds = left_out == nullptr ? 0 : whole_of(*left_out, "kinds").value_or(0);
  const auto more = left_out == nullptr ? 0 : whole_of(*left_out, "count").value_or(0);
  const auto all = kinds + static_cast<std::int64_t>(not_shown);
  if (all == 0) return "";
  return fmt::format("{:>10}  in {} more {}\n", count + more, all, what);
}

std::string endpoint_text(const Json& endpoint, WallTime now) {
  const auto failed = whole_of(endpoint, "server_errors").value_or(0);
  const auto slow = whole_of(endpoint, "slow").value_or(0);
  std::vector<std::string> parts;
  if (failed > 0) parts.push_back(fmt::format("{} answered with 5xx", failed));
  if (slow > 0) {
    parts.push_back(fmt::format("{} took 1 s or more, the longest {:.1f} s", slow,
                                number_of(endpoint, "longest_seconds").value_or(0)));
  }
  return fmt::format("{:>10}  {}\n            {}, {}\n", whole_of(endpoint, "requests").value_or(0),
                     text_of(endpoint, "endpoint"), join(parts, ", "), span_text(endpoint, now));
}

std::string endpoints_text(const Json& service, WallTime now) {
  const std::vector<Json> endpoints = list_of(service, "endpoints");
  if (endpoints.empty()) return "";
  std::string out = "  requests to endpoints in trouble\n";
  std::int64_t count = 0;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (i < kMostShown) {
      out += endpoint_text(endpoints[i], now);
    } else {
      count += whole_of(endpoints[i], "server_errors").value_or(0) +
               whole_of(endpoints[i], "slow").value_or(0);
    }
  }
  const std::size_t not_shown = endpoints.size() - std::min(endpoints.size(), kMostShown);
  return out + left_out_text(service, "endpoints_left_out", not_shown, count, "endpoints");
}

std::string busiest_text(const Json& service, WallTime now) {
  const Json* hour = member(service, "busiest_hour");
  if (hour == nullptr) return "";
  const auto errors = whole_of(*hour, "errors").value_or(0);
  const auto all = whole_of(service, "errors").value_or(0);
  // Not worth saying when it is what the average says, too.
  const double average = number_of(service, "errors_per_hour").value_or(0);
  if (errors <= kWorthAnHour || static_cast<double>(errors) < 2 * average) return "";
  return fmt::format("  {} of {} errors came in the hour from {}\n", errors, all,
                     moment(*hour, "from", now));
}

// Sentences are for reading whole: broken between words where the terminal ends.
std::string sentence(std::string_view text, const Terminal& terminal) {
  const std::string indent(4, ' ');
  std::string out;
  std::string line = indent;
  for (const std::string_view word : split(text, ' ')) {
    const std::size_t width = display_width(line) + 1 + display_width(word);
    if (line.size() > indent.size() && terminal.width && width > *terminal.width) {
      out += line + "\n";
      line = indent;
    }
    if (line.size() > indent.size()) line += ' ';
    line += word;
  }
  return out + line + "\n";
}

std::string advice_text(const Json& service, const Terminal& terminal) {
  std::string out;
  for (const Json& advice : list_of(service, "advice")) {
    const std::string command = text_of(advice, "try");
    out += sentence(text_of(advice, "text"), terminal);
    if (!command.empty()) out += fmt::format("        {}\n", command);
  }
  return out.empty() ? "" : "  what to do\n" + out;
}

std::string heading(const Json& service, const Terminal& terminal) {
  const std::string status = text_of(service, "status");
  const std::string reasons = join(lines_of(service, "reasons"), ", ");
  const std::string name = text_of(service, "service");
  return fmt::format("\n{} is {}{}{}\n", name, paint(status, tone_of_status(status), terminal),
                     reasons.empty() ? "" : ": ", reasons);
}

}  // namespace

Tone tone_of_status(const std::string& status) {
  if (status == "red") return Tone::Bad;
  if (status == "yellow") return Tone::Warn;
  return status == "green" ? Tone::Good : Tone::Plain;
}

std::string signatures_text(const Json& object, std::size_t most, WallTime now) {
  std::string out;
  std::int64_t count = 0;
  const std::vector<Json> signatures = list_of(object, "signatures");
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    const Json& signature = signatures[i];
    const auto times = whole_of(signature, "count").value_or(0);
    if (i >= most) {
      count += times;
      continue;
    }
    const bool warning = raw_text_of(signature, "level") == "warn";
    out += fmt::format("{:>10}  {}{}\n", times, text_of(signature, "signature"),
                       warning ? " (warning)" : "");
    out += cause_text(signature);
    const std::string services = join(lines_of(signature, "services"), ", ");
    const std::string who = services.empty() ? text_of(signature, "instance") : services;
    out += fmt::format("            {}, {}\n", span_text(signature, now), who);
    if (services.empty()) out += example_text(signature);
  }
  const std::size_t not_shown = signatures.size() - std::min(signatures.size(), most);
  return out + left_out_text(object, "signatures_left_out", not_shown, count, "signatures");
}

std::string analysis_details(const Json& service, WallTime now, const Terminal& terminal) {
  std::string out = heading(service, terminal) + busiest_text(service, now);
  const std::string signatures = signatures_text(service, kMostShown, now);
  if (!signatures.empty()) out += "  errors and warnings\n" + signatures;
  out += endpoints_text(service, now) + advice_text(service, terminal);
  for (const std::string& problem : lines_of(service, "problems"))
    out += fmt::format("  left out: {}\n", problem);
  return out;
}

}  // namespace mainstay::ctl
