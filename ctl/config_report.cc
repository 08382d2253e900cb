#include "ctl/config_report.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

Json diagnostic_json(const config::Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == config::Severity::Error;
  return Json{{"severity", error ? "error" : "note"},
              {"file", diagnostic.file},
              {"line", diagnostic.line},
              {"column", diagnostic.column},
              {"message", diagnostic.message}};
}

}  // namespace

Json report_json(const std::string& file, const config::Loaded& loaded) {
  Json list = Json::array();
  for (const config::Diagnostic& diagnostic : loaded.diagnostics) {
    list.push_back(diagnostic_json(diagnostic));
  }
  for (const config::Diagnostic& note : loaded.inactive)
    list.push_back(diagnostic_json(note));
  const auto* ecosystem = loaded.ecosystem ? &*loaded.ecosystem : nullptr;
  return Json{{"file", file},
              {"services", ecosystem != nullptr ? ecosystem->services.size() : 0},
              {"jobs", ecosystem != nullptr ? ecosystem->jobs.size() : 0},
              {"errors", loaded.diagnostics.size()},
              {"diagnostics", std::move(list)}};
}

CtlExit report_errors(Context& context, const config::Loaded& loaded) {
  const std::string file = loaded.diagnostics.empty() ? "" : loaded.diagnostics.front().file;
  if (context.json()) {
    context.print_json(report_json(file, loaded));
  } else {
    context.notices().write(
        config::render(loaded.diagnostics, context.notices().terminal().colour));
  }
  return CtlExit::Usage;
}

std::string report_summary(const std::string& file, const model::Ecosystem& ecosystem) {
  std::vector<std::string> parts = {count_of(ecosystem.services.size(), "service")};
  if (!ecosystem.jobs.empty()) parts.push_back(count_of(ecosystem.jobs.size(), "job"));
  if (!ecosystem.monitors.empty()) parts.push_back(count_of(ecosystem.monitors.size(), "monitor"));
  return fmt::format("{}: {}: no errors", safe_line(file), join(parts, ", "));
}

}  // namespace mainstay::ctl
