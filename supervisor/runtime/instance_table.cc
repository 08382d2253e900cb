#include "runtime/instance_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>

namespace mainstay::runtime {

InstanceTable::InstanceTable(const model::Ecosystem& ecosystem)
    : services_(ecosystem.services.size()), graph_(build_dependency_graph(ecosystem.services)) {
  const auto followers = policy::restart_followers(ecosystem.services);
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    services_[i].spec = &ecosystem.services[i];
    by_name_.emplace(ecosystem.services[i].name, i);
  }
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    Service& service = services_[i];
    for (const model::Dependency& dependency : service.spec->depends_on) {
      const auto need = service_named(dependency.service);
      if (need) service.needs.push_back({*need, dependency.condition});
    }
    service.needed_by.assign(graph_.needed_by[i].begin(), graph_.needed_by[i].end());
    service.followers.assign(followers[i].begin(), followers[i].end());
    // A service scaled to nothing keeps its first instance, stopped.
    service.wanted = std::max(1U, service.spec->instances);
    for (std::uint32_t n = 0; n < service.wanted; ++n)
      add(i);
  }
}

Instance* InstanceTable::find(InstanceId id) {
  return id.value < slots_.size() ? slots_[id.value].get() : nullptr;
}

const Instance* InstanceTable::find(InstanceId id) const {
  return id.value < slots_.size() ? slots_[id.value].get() : nullptr;
}

std::optional<std::uint32_t> InstanceTable::service_named(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

InstanceId InstanceTable::take_id(std::optional<InstanceId> wished) {
  constexpr std::uint32_t kFarthest = 65535;  // beyond any slot of a state store
  if (wished && wished->value < kFarthest) {
    while (slots_.size() <= wished->value) {
      free_.insert(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    if (free_.erase(wished->value) > 0) return *wished;
  }
  if (free_.empty()) {
    slots_.emplace_back();
    return {static_cast<std::uint32_t>(slots_.size() - 1)};
  }
  return {free_.extract(free_.begin()).value()};
}

Instance& InstanceTable::add(std::uint32_t service, std::optional<InstanceId> wished) {
  const InstanceId id = take_id(wished);
  auto instance = std::make_unique<Instance>();
  instance->id = id;
  instance->service = service;
  instance->index = static_cast<std::uint32_t>(services_[service].instances.size());
  services_[service].instances.push_back(id);
  policy::count(services_[service].progress, instance->machine, +1);
  slots_[id.value] = std::move(instance);
  ++size_;
  return *slots_[id.value];
}

void InstanceTable::remove(InstanceId id) {
  const Instance& instance = at(id);
  Service& service = service_of(instance);
  assert(service.instances.back() == id);
  service.instances.pop_back();
  policy::count(service.progress, instance.machine, -1);
  by_run_.erase(instance.last_run);
  slots_[id.value].reset();
  free_.insert(id.value);
  --size_;
}

Instance* InstanceTable::find(RunId run) {
  const auto found = by_run_.find(run);
  return found == by_run_.end() ? nullptr : find(found->second);
}

void InstanceTable::bind(Instance& instance, RunId run) {
  if (instance.last_run) by_run_.erase(instance.last_run);
  instance.last_run = run;
  if (run) by_run_.insert_or_assign(run, instance.id);
}

std::string InstanceTable::canonical_name(const Instance& instance) const {
  return fmt::format("{}:{}", service_of(instance).spec->name, instance.index);
}

std::string InstanceTable::shown_name(const Instance& instance) const {
  const Service& service = service_of(instance);
  return service.instances.size() == 1 ? service.spec->name : canonical_name(instance);
}

std::optional<InstanceTable::Place> InstanceTable::place_of(std::string_view canonical_name) const {
  const std::size_t colon = canonical_name.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto service = service_named(canonical_name.substr(0, colon));
  const std::string_view digits = canonical_name.substr(colon + 1);
  std::uint32_t index = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
  if (!service || !whole || index >= kMostInstances) return std::nullopt;
  return Place{*service, index};
}

std::optional<InstanceId> InstanceTable::called(std::string_view name) const {
  const bool canonical = name.find(':') != std::string_view::npos;
  const auto place = place_of(canonical ? std::string{name} : fmt::format("{}:0", name));
  if (!place || place->index >= services_[place->service].instances.size()) return std::nullopt;
  return services_[place->service].instances[place->index];
}

}  // namespace mainstay::runtime
