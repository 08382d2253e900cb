#include "process/limit_groups.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/cgroup_linux.h"
#include "process/proc_linux.h"

namespace mainstay::process {

namespace {

constexpr std::string_view kMemory = "memory";
constexpr std::string_view kCpu = "cpu";
constexpr std::string_view kProcesses = "pids";

// Nothing when all was written, else why not. What the kernel may lack is passed over.
std::string write_settings(const std::string& folder, const std::vector<ControlSetting>& settings) {
  for (const ControlSetting& setting : settings) {
    const std::string path = folder + "/" + setting.file;
    const int failure = write_control(path, setting.value);
    if (failure == 0 || setting.optional) continue;
    return system_error(fmt::format("cannot write {} into {}", setting.value, path), failure)
        .message;
  }
  return {};
}

std::vector<ControlSetting> settings_of(std::string_view controller, GroupKind kind,
                                        const model::Limits& limits) {
  if (controller == kMemory) return memory_settings(kind, limits);
  return controller == kCpu ? cpu_settings(kind, limits) : process_settings(kind, limits);
}

bool is_set(std::string_view controller, const model::Limits& limits) {
  if (controller == kMemory) return limits.memory.has_value();
  return controller == kCpu ? limits.cpu_percent.has_value() : limits.processes.has_value();
}

LimitGroup& member(InstanceLimits& limits, std::string_view controller) {
  if (controller == kMemory) return limits.memory;
  return controller == kCpu ? limits.cpu : limits.processes;
}

// Does the group of cgroup v2 have the controller?
bool has_controller(const std::string& group, std::string_view controller) {
  return !group.empty() && access(fmt::format("{}/{}.max", group, controller).c_str(), F_OK) == 0;
}

std::string value_of(std::string_view controller, const model::Limits& limits) {
  if (controller == kMemory) return "limits.memory " + format_exact(*limits.memory);
  if (controller == kCpu) return fmt::format("limits.cpu {}%", *limits.cpu_percent);
  return fmt::format("limits.processes {}", *limits.processes);
}

// Whoever is root is held by no limit on processes, and our own user has others than ours.
bool becomes_another(const model::ServiceSpec& spec) {
  return geteuid() == 0 && !spec.user.empty() && spec.user != "root" && spec.user != "0";
}

std::string how_memory(const LimitGroup& group, const model::Limits& limits,
                       const std::string& trouble) {
  const bool alert = limits.memory_action == model::MemoryAction::Alert;
  const std::string told = alert ? ", only told (memory_action: alert)" : "";
  if (group && !trouble.empty())
    return fmt::format("by {}, but {}", to_string(group.kind), trouble);
  if (!group) {
    return fmt::format("looked at every 10 seconds at least{}, because {}", told, trouble);
  }
  if (alert) return fmt::format("by {}{}", to_string(group.kind), told);
  return fmt::format("by {}; restarted from {} on, killed by the kernel at {}",
                     to_string(group.kind), format_size({soft_limit(limits.memory->count)}),
                     format_exact(*limits.memory));
}

}  // namespace

LimitGroups::LimitGroups(ProcessTrees& trees, LimitPlaces& places,
                         std::function<void(const std::string&)> notice)
    : trees_(trees), places_(places), notice_(std::move(notice)) {}

InstanceLimits LimitGroups::make(const runtime::StartRequest& start) {
  InstanceLimits out;
  for (const auto controller : {kMemory, kCpu, kProcesses}) {
    std::string trouble;
    if (is_set(controller, start.spec->limits)) {
      member(out, controller) = new_group(controller, start, trouble);
      keep(out, controller, start, std::move(trouble));
    } else {
      lift(trees_.group_of(start.canonical_name), controller);
    }
  }
  trees_.set_memory_group(start.canonical_name, out.memory);
  return out;
}

// Where a run that has ended was: its group has the same name, unless the supervisor has moved.
LimitGroup LimitGroups::by_name(std::string_view controller, const std::string& instance) {
  const LimitPlace& place = places_.of(controller);
  if (place.kind != GroupKind::V1) return {};
  const std::string folder = place.root + "/" + group_name(instance);
  return access(folder.c_str(), F_OK) == 0 ? LimitGroup{GroupKind::V1, folder} : LimitGroup{};
}

InstanceLimits LimitGroups::find(const std::string& instance, int main_pid) {
  const Proc proc;
  const std::string cgroups = proc.cgroups(main_pid);
  const auto stat = proc.stat(main_pid);
  const std::string tree = trees_.group_of(instance);
  InstanceLimits out;
  for (const auto controller : {kMemory, kCpu, kProcesses}) {
    LimitGroup& group = member(out, controller);
    group = places_.of_process(controller, cgroups);
    if (!group && has_controller(tree, controller)) group = {GroupKind::V2, tree};
    if (!group && !(stat && stat->alive())) group = by_name(controller, instance);
  }
  return out;
}

InstanceLimits LimitGroups::take_over(const runtime::StartRequest& start, int main_pid) {
  InstanceLimits out = find(start.canonical_name, main_pid);
  for (const auto controller : {kMemory, kCpu, kProcesses}) {
    const bool wanted = is_set(controller, start.spec->limits);
    const LimitGroup& group = member(out, controller);
    std::string trouble = "it runs without a control group; its next start is tried with one";
    if (group) {  // also to lift what is declared no more
      const auto settings = settings_of(controller, group.kind, start.spec->limits);
      trouble = write_settings(group.folder, settings);
    }
    if (wanted) keep(out, controller, start, std::move(trouble));
  }
  trees_.set_memory_group(start.canonical_name, out.memory);
  return out;
}

LimitGroup LimitGroups::new_group(std::string_view controller, const runtime::StartRequest& start,
                                  std::string& trouble) {
  const LimitPlace& place = places_.of(controller);
  if (place.kind == GroupKind::None) {
    trouble = place.why_not;
    return {};
  }
  const LimitGroup group{place.kind, place.root + "/" + group_name(start.canonical_name)};
  if (place.kind == GroupKind::V1) {
    // One that is empty has counters and caches of a run before.
    rmdir(group.folder.c_str());
    if (const Status made = make_group(group.folder); !made) {
      trouble = made.error().message;
      return {};
    }
  } else if (!has_controller(group.folder, controller)) {
    // A tree that is kept otherwise since before there were groups.
    trouble = "its control group has no " + std::string{controller} + " controller";
    return {};
  }
  trouble = write_settings(group.folder, settings_of(controller, group.kind, start.spec->limits));
  if (trouble.empty()) return group;
  if (group.kind == GroupKind::V1) rmdir(group.folder.c_str());
  return {};
}

void LimitGroups::lift(const std::string& tree_group, std::string_view controller) {
  if (has_controller(tree_group, controller))
    write_settings(tree_group, settings_of(controller, GroupKind::V2, {}));
}

// How the limit is kept, and who has to hear that it is not.
void LimitGroups::keep(InstanceLimits& out, std::string_view controller,
                       const runtime::StartRequest& start, std::string trouble) {
  const model::Limits& limits = start.spec->limits;
  const LimitGroup& group = member(out, controller);
  const bool in_group = group && trouble.empty();
  std::string how = in_group ? fmt::format("by {}", to_string(group.kind)) : "";
  bool is_kept = in_group;
  if (controller == kMemory) {
    how = how_memory(group, limits, trouble);
    is_kept = is_kept || !group;
  } else if (controller == kProcesses && in_group) {
    how += "; threads count too";
  } else if (controller == kProcesses && becomes_another(*start.spec)) {
    const std::uint64_t most = *limits.processes * start.spec->instances;
    out.resources.push_back({RLIMIT_NPROC, 0, most, most});
    how = fmt::format("{} for everything that user {} runs, because {}", most, start.spec->user,
                      trouble);
    is_kept = true;
  }
  if (how.empty()) how = "not kept, because " + trouble;
  out.described.push_back(fmt::format("{}: {}", value_of(controller, limits), how));
  const std::string said = fmt::format("{}: {}", start.spec->name, out.described.back());
  if (!is_kept && said_.insert(said).second) notice_(said);
}

void LimitGroups::remove(const InstanceLimits& limits) {
  for (const LimitGroup* group : {&limits.memory, &limits.cpu, &limits.processes}) {
    if (!*group) continue;
    remove_group(group->folder);
    // With the last of them goes the group that held them; v2's belongs to the trees.
    if (group->kind == GroupKind::V1)
      rmdir(group->folder.substr(0, group->folder.rfind('/')).c_str());
  }
}

}  // namespace mainstay::process
