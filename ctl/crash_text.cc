#include "ctl/crash_text.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "ctl/event_text.h"
#include "ctl/json_fields.h"
#include "ctl/service_view.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

namespace {

// "signal SEGV after 0.2 s", "code 2 after 12 s", "start failed".
std::string ending(const Json& crash) {
  LastExitView exit;
  exit.code = whole_of(crash, "code");
  exit.signal = text_of(crash, "signal");
  exit.reason = text_of(crash, "reason");
  exit.start_failure = text_of(crash, "error");
  std::string text = short_exit(exit);
  if (text == "exited") text = "an unknown status";
  const auto run = seconds_of(crash, "run_seconds");
  return run && exit.start_failure.empty() ? text + " after " + run_text(*run) : text;
}

std::string fact(std::string_view label, const std::string& text) {
  return text.empty() ? "" : fmt::format("  {:<9}{}\n", label, text);
}

// "4811, 0.1 s CPU, at most 46 MB memory"
std::string process_text(const Json& crash) {
  std::vector<std::string> parts;
  if (const auto pid = whole_of(crash, "pid")) parts.push_back(fmt::to_string(*pid));
  const auto cpu = seconds_of(crash, "cpu_seconds");
  if (cpu && !parts.empty()) parts.push_back(run_text(*cpu) + " CPU");
  const auto peak = whole_of(crash, "peak_memory_bytes");
  if (peak && *peak > 0) {
    const auto bytes = format_size(Bytes{static_cast<std::uint64_t>(*peak)});
    parts.push_back(fmt::format("at most {} memory", bytes));
  }
  return join(parts, ", ");
}

std::string left_out_text(const Json& crash) {
  const auto left_out = whole_of(crash, "left_out");
  return left_out && *left_out > 0 ? fmt::format("{} more before it, without a record", *left_out)
                                   : "";
}

std::string output_text(const Json& crash, std::string_view stream, std::string_view name) {
  std::string out;
  for (const Json& output : list_of(crash, "output")) {
    if (raw_text_of(output, "stream") != stream) continue;
    out += fmt::format("  {}{}\n", name, flag_of(output, "cut") ? " (cut)" : "");
    for (const std::string& line : lines_of(output, "lines"))
      out += "      " + line + "\n";
  }
  return out;
}

std::string crash_text(const Json& crash, const Terminal& terminal) {
  const auto at = time_of(crash, "at");
  std::string out =
      fmt::format("{}  {}  {}{}\n", at ? format_local_date_clock(*at) : text_of(crash, "at"),
                  text_of(crash, "instance"), paint(ending(crash), Tone::Bad, terminal),
                  flag_of(crash, "core_dumped") ? ", core dumped" : "");
  out += fact("error", text_of(crash, "error"));
  out += fact("pid", process_text(crash));
  out += fact("memory", text_of(crash, "out_of_memory"));
  out += fact("core", text_of(crash, "core"));
  out += fact("left out", left_out_text(crash));
  out += output_text(crash, "err", "stderr");
  out += output_text(crash, "out", "stdout");
  return out + output_text(crash, "both", "output");
}

}  // namespace

std::string crashes_text(const Json& result, std::string_view name, const Terminal& terminal) {
  const std::vector<Json> crashes = list_of(result, "crashes");
  if (crashes.empty()) return fmt::format("{} has no crash records.\n", name);
  std::string out;
  for (const Json& crash : crashes)
    out += (out.empty() ? "" : "\n") + crash_text(crash, terminal);
  const auto kept = whole_of(result, "kept").value_or(0);
  const auto older = kept - static_cast<std::int64_t>(crashes.size());
  if (older > 0) out += fmt::format("\n{} older: ctl show {} --crashes -n {}\n", older, name, kept);
  return out;
}

std::string crash_summary(const Json& why, WallTime now) {
  const Json* crashes = member(why, "crashes");
  const Json* last = crashes == nullptr ? nullptr : member(*crashes, "last");
  if (last == nullptr) return "";
  return fmt::format("{} kept, the last at {} ({})", whole_of(*crashes, "kept").value_or(1),
                     event_time(*last, now), ending(*last));
}

}  // namespace mainstay::ctl
