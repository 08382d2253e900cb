// What services say about other services: checked when all are known.
#pragma once

#include <string>
#include <vector>

#include "config/findings.h"
#include "model/service_spec.h"

namespace mainstay::config {

// A place that names another service.
struct Mention {
  std::string by;    // the service that says it
  std::string key;   // "depends_on" or "restart_with"
  std::string name;  // the service that it names
  Position at;
};

// Unknown names, services that name themselves or one twice, and circles.
void check_relations(const std::vector<model::ServiceSpec>& services,
                     const std::vector<Mention>& mentions, Findings& findings);

}  // namespace mainstay::config
