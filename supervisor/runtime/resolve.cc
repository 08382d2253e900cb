// What people call things: names, name:instance, globs, @tag, all.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mainstay/protocol.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

namespace {

Error no_such(std::string message) {
  return Error{std::move(message), static_cast<int>(RpcError::NoSuchTarget)};
}

std::vector<std::string> names_of(const InstanceTable& table) {
  std::vector<std::string> names;
  for (const Service& service : table.services())
    names.push_back(service.spec->name);
  return names;
}

bool has_tag(const Service& service, std::string_view tag) {
  return std::ranges::find(service.spec->tags, tag) != service.spec->tags.end();
}

// Collects instances, each once.
struct Selection {
  const InstanceTable& table;
  std::unordered_set<std::uint32_t> chosen;

  void add(const Service& service) {
    for (const InstanceId id : service.instances)
      chosen.insert(id.value);
  }

  Status add_tag(std::string_view tag) {
    std::vector<std::string> tags;
    const std::size_t before = chosen.size();
    bool found = false;
    for (const Service& service : table.services()) {
      tags.insert(tags.end(), service.spec->tags.begin(), service.spec->tags.end());
      if (!has_tag(service, tag)) continue;
      found = true;
      add(service);
    }
    if (found || chosen.size() > before) return {};
    return no_such(fmt::format("no service has the tag '{}'{}", tag, did_you_mean(tag, tags)));
  }

  // Of service names, or of canonical names when the pattern has a colon.
  Status add_matching(std::string_view pattern) {
    const bool of_instances = pattern.find(':') != std::string_view::npos;
    bool found = false;
    for (const Service& service : table.services()) {
      if (!of_instances && matches_glob(pattern, service.spec->name)) {
        found = true;
        add(service);
      }
      for (const InstanceId id : service.instances) {
        if (!of_instances || !matches_glob(pattern, table.canonical_name(table.at(id)))) continue;
        found = true;
        chosen.insert(id.value);
      }
    }
    if (found) return {};
    return no_such(fmt::format("no service matches '{}'", pattern));
  }

  Status add_instance(std::string_view target) {
    const std::string_view name = target.substr(0, target.rfind(':'));
    const auto service = table.service_named(name);
    if (!service) {
      return no_such(
          fmt::format("no service named '{}'{}", name, did_you_mean(name, names_of(table))));
    }
    const auto& instances = table.services()[*service].instances;
    const auto place = table.place_of(target);
    if (!place || place->index >= instances.size()) {
      return no_such(fmt::format("no instance '{}'; {} has {}, numbered from 0", target, name,
                                 count_of(instances.size(), "instance")));
    }
    chosen.insert(instances[place->index].value);
    return {};
  }

  Status add_target(std::string_view target) {
    if (const auto service = table.service_named(target)) {
      add(table.services()[*service]);
      return {};
    }
    if (target == "all") {
      for (const Service& service : table.services())
        add(service);
      return {};
    }
    if (target.starts_with('@')) return add_tag(target.substr(1));
    if (is_glob(target)) return add_matching(target);
    if (target.find(':') != std::string_view::npos) return add_instance(target);
    return no_such(
        fmt::format("no service named '{}'{}", target, did_you_mean(target, names_of(table))));
  }
};

}  // namespace

Result<std::vector<InstanceId>> Supervision::resolve(std::span<const std::string> targets) const {
  if (targets.empty()) return in_file_order();
  Selection selection{table_, {}};
  for (const std::string& target : targets) {
    const Status added = selection.add_target(target);
    if (!added) return added.error();
  }
  std::vector<InstanceId> ids;
  for (const InstanceId id : in_file_order()) {
    if (selection.chosen.contains(id.value)) ids.push_back(id);
  }
  return ids;
}

}  // namespace mainstay::runtime
