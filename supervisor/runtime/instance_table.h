// Every instance there is, by id, by service and by run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "model/dependency_graph.h"
#include "model/ecosystem.h"
#include "policy/instance_machine.h"
#include "policy/roll.h"
#include "policy/run_end.h"
#include "policy/start_order.h"
#include "runtime/looks.h"

namespace mainstay::runtime {

// The most instances that a service can be scaled to.
inline constexpr std::uint32_t kMostInstances = 1000;

struct Instance {
  InstanceId id;
  std::uint32_t service = 0;  // index in the table
  std::uint32_t index = 0;
  policy::InstanceMachine machine;
  std::optional<policy::LastExit> last_exit;
  std::string actor;  // who asked last that it be up or down
  RunId last_run;
  std::uint64_t ticket = 0;     // its place in the brake's queue; 0: none
  std::uint64_t published = 0;  // checksum of its record; 0: none is stored
  std::optional<bool> enabled;  // by a person; nothing: as declared (autostart)
  bool held_down = false;       // stopped by a person: stays so until somebody starts or enables it
  std::unique_ptr<Looks> looks;  // nothing: nobody looks at it
  policy::RollTurn roll{};       // in a rolling restart
  bool removing = false;         // goes when it has stopped
  bool signal_owed = false;      // stop.signal or stop.command is decided on, and not yet sent
  bool touched = false;          // in the controller's list of those to publish
  bool changed = false;          // in the list for take_changed()
};

struct Need {
  std::uint32_t service = 0;
  model::DependencyCondition condition = model::DependencyCondition::Started;
};

struct Service {
  const model::ServiceSpec* spec = nullptr;
  std::vector<InstanceId> instances;  // by index, without gaps, never empty
  std::uint32_t wanted = 1;           // how many of them are to stay
  policy::Progress progress;
  std::vector<Need> needs;
  std::vector<std::uint32_t> needed_by;
  std::vector<std::uint32_t> followers;  // have restart_with naming this one
};

class InstanceTable {
 public:
  // `ecosystem` outlives the table and does not change.
  explicit InstanceTable(const model::Ecosystem& ecosystem);

  Instance* find(InstanceId id);
  const Instance* find(InstanceId id) const;
  // Precondition: it exists.
  Instance& at(InstanceId id) { return *find(id); }
  const Instance& at(InstanceId id) const { return *find(id); }
  Service& service_of(const Instance& instance) { return services_[instance.service]; }
  const Service& service_of(const Instance& instance) const { return services_[instance.service]; }
  std::vector<Service>& services() { return services_; }
  const std::vector<Service>& services() const { return services_; }
  std::optional<std::uint32_t> service_named(std::string_view name) const;
  const model::DependencyGraph& graph() const { return graph_; }
  std::size_t size() const { return size_; }

  // A new instance after the last of its service, with the id `wished` if that is free. Ids of
  // removed ones are used again.
  Instance& add(std::uint32_t service, std::optional<InstanceId> wished = std::nullopt);
  // The last one of its service.
  void remove(InstanceId id);

  // Which instance a run belongs to: its present run, or its last.
  Instance* find(RunId run);
  void bind(Instance& instance, RunId run);

  // "backend:0"
  std::string canonical_name(const Instance& instance) const;
  // "backend" while it is the only one
  std::string shown_name(const Instance& instance) const;
  // The instance of a canonical name, or where it would be.
  struct Place {
    std::uint32_t service = 0;
    std::uint32_t index = 0;
  };
  std::optional<Place> place_of(std::string_view canonical_name) const;
  // The instance that is called so, by either name.
  std::optional<InstanceId> called(std::string_view name) const;

 private:
  InstanceId take_id(std::optional<InstanceId> wished);

  std::vector<std::unique_ptr<Instance>> slots_;  // by InstanceId
  std::set<std::uint32_t> free_;
  std::vector<Service> services_;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;
  std::unordered_map<RunId, InstanceId> by_run_;
  model::DependencyGraph graph_;
  std::size_t size_ = 0;
};

}  // namespace mainstay::runtime
