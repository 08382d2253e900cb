#include "config/assembly.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/checks.h"
#include "config/globals.h"
#include "config/jobs.h"
#include "config/limits.h"
#include "config/merge.h"
#include "config/services.h"

namespace mainstay::config {

namespace {

constexpr Position kWhole{0, Position::kWholeFile, 0, 1};

constexpr std::string_view kProgram = "program";  // a service or a job

std::string default_name(const std::filesystem::path& root) {
  const std::string folder = to_valid_utf8(root.parent_path().filename().string());
  return folder.empty() || folder.size() > 100 ? "mainstay" : folder;
}

// Ends in "_20261122_110007", as the names of archives do.
bool ends_like_an_archive(std::string_view name) {
  constexpr std::string_view kShape = "_dddddddd_dddddd";
  if (name.size() <= kShape.size()) return false;
  name.remove_prefix(name.size() - kShape.size());
  return std::equal(name.begin(), name.end(), kShape.begin(), [](char c, char shape) {
    return shape == 'd' ? c >= '0' && c <= '9' : c == shape;
  });
}

// Why something that runs may not be called that; empty if it may.
std::string unusable(std::string_view kind, std::string_view name) {
  if (!is_valid_name(name)) {
    return fmt::format(
        "{} is not a name: letters, digits, . _ - only, at most 64, starting with a letter or "
        "digit",
        in_quotes(name));
  }
  if (name == "all") return "'all' means every service; choose another name";
  if (kind != kProgram) return {};
  if (name == "supervisor") {
    return "supervisor.log is the supervisor's own log; choose another name";
  }
  if (name.ends_with(".out") || name.ends_with(".err")) {
    return fmt::format("{}.log would be the log of {} too; choose a name that does not end in {}",
                       name, in_quotes(name.substr(0, name.size() - 4)),
                       name.substr(name.size() - 4));
  }
  if (ends_like_an_archive(name)) {
    return fmt::format("{}.log would be taken for an archive of {}.log; choose another name", name,
                       name.substr(0, name.size() - 16));
  }
  return {};
}

}  // namespace

model::Ecosystem Assembly::read(const std::filesystem::path& root) {
  out_.name = default_name(root);
  Includes includes{sources_, findings_, budget_, arena_, shared_.environment};
  for (const ConfigFile& file : includes.read(root)) {
    const FileNames names{file.vars, shared_.environment, findings_};
    const Reading reading{findings_, budget_, sources_, names};
    const Field top{reading, "", file.root, {file.file, 0, 0, 1}};
    read_globals(top);
    read_services(top["services"], file);
    read_jobs(top["jobs"], file);
    read_monitors(top["monitors"], file.file);
    alerts_.read_file(top["alerts"]);
  }
  check_relations(out_.services, mentions_, findings_);
  alerts_.check_channels(findings_);
  check_totals();
  return std::move(out_);
}

void Assembly::read_globals(const Field& root) {
  const Field name = root["name"];
  if (declare_once(name)) read_ecosystem_name(name, out_.name);
  const Field logs = root["logs"];
  if (declare_once(logs)) read_global_logs(logs, out_.logs);
  const Field history = root["history"];
  if (declare_once(history)) read_history(history, out_.history);
  const Field web = root["web"];
  if (declare_once(web)) read_web(web, out_.web);
}

bool Assembly::declare_once(const Field& field) {
  if (!field.present()) return false;
  const auto [first, fresh] =
      declared_.emplace(fmt::format("once {}", field.key()), field.key_at());
  if (fresh) return true;
  field.error(field.key_at(), fmt::format("is said already at {}", findings_.place(first->second)));
  return false;
}

bool Assembly::declare(const Field& field, std::string_view kind) {
  const std::string_view name = field.key();
  if (const std::string why = unusable(kind, name); !why.empty()) {
    field.error(field.key_at(), why);
    return false;
  }
  const auto [first, fresh] = declared_.emplace(fmt::format("{} {}", kind, name), field.key_at());
  // Twice in one map is said by check_structure.
  const bool same_map = first->second.file == field.key_at().file && !fresh;
  if (!fresh && !same_map) {
    field.error(field.key_at(), fmt::format("{} is declared twice; first at {}", in_quotes(name),
                                            findings_.place(first->second)));
  }
  return fresh;
}

void Assembly::read_services(const Field& services, const ConfigFile& file) {
  for (std::size_t i = 0; services.is(NodeKind::Map) && i < services.size() && !budget_.spent();
       ++i) {
    const Field entry = services.entry(i);
    const bool readable = entry.is(NodeKind::Map) || entry.is_null();
    if (!declare(entry, kProgram) || !readable) continue;
    if (out_.services.size() >= kMaxDeclared) return;
    const Node* own =
        entry.is_null() ? arena_.make_node(NodeKind::Map, entry.key_at()) : entry.node();
    const Node* merged = merge(file.defaults, own, kServiceShape, arena_, budget_);
    const std::string path = fmt::format("services.{}", entry.key());
    ServiceNames names{file.vars, shared_.environment, findings_};
    const Reading before{findings_, budget_, sources_, services.reading().names};
    declare_names(Field{before, path, merged, entry.key_at()}, shared_.env_files, true, names);
    const Reading reading{findings_, budget_, sources_, names};
    out_.services.push_back(read_service(Field{reading, path, merged, entry.key_at()},
                                         std::string{entry.key()}, file.file, names, shared_,
                                         mentions_));
  }
}

void Assembly::read_jobs(const Field& jobs, const ConfigFile& file) {
  for (std::size_t i = 0; jobs.is(NodeKind::Map) && i < jobs.size() && !budget_.spent(); ++i) {
    const Field entry = jobs.entry(i);
    const bool readable = entry.is(NodeKind::Map) || entry.is_null();
    if (!declare(entry, kProgram) || !readable) continue;
    if (out_.jobs.size() >= kMaxDeclared) return;
    const std::string path = fmt::format("jobs.{}", entry.key());
    ServiceNames names{file.vars, shared_.environment, findings_};
    const Reading before{findings_, budget_, sources_, jobs.reading().names};
    declare_names(Field{before, path, entry.node(), entry.key_at()}, shared_.env_files, false,
                  names);
    const Reading reading{findings_, budget_, sources_, names};
    out_.jobs.push_back(read_job(Field{reading, path, entry.node(), entry.key_at()},
                                 std::string{entry.key()}, file.file, names, shared_));
  }
}

void Assembly::read_monitors(const Field& monitors, std::uint32_t file) {
  for (std::size_t i = 0; monitors.is(NodeKind::Map) && i < monitors.size() && !budget_.spent();
       ++i) {
    const Field entry = monitors.entry(i);
    if (!declare(entry, "monitor")) continue;
    if (out_.monitors.size() > kMaxMonitors) return;
    if (!entry.is(NodeKind::Map)) {
      if (entry.is_null()) entry.error("is empty, must be a map with one of http, tcp, command");
      continue;
    }
    if (auto check = read_monitor(entry))
      out_.monitors.push_back({std::string{entry.key()}, sources_.folder(file), std::move(*check)});
  }
}

void Assembly::check_totals() {
  std::size_t instances = 0;
  for (const model::ServiceSpec& service : out_.services)
    instances += service.instances;
  if (instances > kMaxInstancesInAll) {
    findings_.error(
        kWhole, "",
        fmt::format("{} instances in all; at most {} are allowed", instances, kMaxInstancesInAll));
  }
  if (out_.services.size() >= kMaxDeclared || out_.jobs.size() >= kMaxDeclared) {
    findings_.error(
        kWhole, "",
        fmt::format("too many services or jobs; fewer than {} are allowed", kMaxDeclared));
  }
  if (out_.monitors.size() > kMaxMonitors) {
    findings_.error(kWhole, "",
                    fmt::format("too many monitors; at most {} are looked at", kMaxMonitors));
  }
  if (budget_.spent()) {
    findings_.error(kWhole, "",
                    "aliases, defaults or references make too much of this configuration");
  }
}

}  // namespace mainstay::config
