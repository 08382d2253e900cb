// What it would change to put one configuration in the place of another: decided by value, nothing
// is done. What `ctl plan` shows and `ctl apply` carries out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/ecosystem.h"

namespace mainstay::config {

// One setting that is not what it was, in the words of description.h, so without anything secret:
// a secret that changed has "***" on both sides. Nothing: it was, or is, not there.
struct Difference {
  std::string key;
  std::optional<std::string> before;
  std::optional<std::string> after;
  bool operator==(const Difference&) const = default;
};

struct ServiceChange {
  std::string name;
  bool restart = false;    // its runs are not what the file says now
  bool rescaled = false;   // another number of instances is declared
  bool rechecked = false;  // other checks, or another way to get ready
  std::vector<Difference> differences;
};

struct Plan {
  std::vector<std::string> removed;    // in the order of the configuration in force
  std::vector<std::string> added;      // in the order of the new one
  std::vector<ServiceChange> changed;  // likewise
  std::size_t unchanged = 0;
  std::vector<Difference> settings;  // of everything that is not of a service

  bool changes_nothing() const {
    return removed.empty() && added.empty() && changed.empty() && settings.empty();
  }
};

// A service is known by its name: a renamed one is removed and added. The order of services in the
// file is nothing that changes.
Plan plan_change(const model::Ecosystem& in_force, const model::Ecosystem& wanted);

}  // namespace mainstay::config
