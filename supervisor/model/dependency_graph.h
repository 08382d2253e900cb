// Which service needs which, as indices; built once per configuration.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/service_spec.h"

namespace mainstay::model {

struct DependencyGraph {
  // needs[i]: the services that service i depends on, in the order of the file; needed_by: the
  // reverse.
  std::vector<std::vector<std::size_t>> needs;
  std::vector<std::vector<std::size_t>> needed_by;
  // wave[i]: 0 without dependencies, else one more than the largest wave among them. Start goes up
  // the waves, stop goes down.
  std::vector<std::size_t> wave;
  // A cycle as names, first = last ("a", "b", "a"); empty when there is none. With a cycle, wave is
  // empty.
  std::vector<std::string> cycle;
};

// Names that no service has are skipped: config/ reports them. Iterative, linear in services +
// edges.
DependencyGraph build_dependency_graph(const std::vector<ServiceSpec>& services);

}  // namespace mainstay::model
