#include "model/dependency_graph.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace mainstay::model {
namespace {

struct Row {
  const char* name;
  std::initializer_list<const char*> needs;
};

DependencyGraph graph_of(std::initializer_list<Row> rows) {
  std::vector<ServiceSpec> services;
  for (const Row& row : rows) {
    ServiceSpec& service = services.emplace_back();
    service.name = row.name;
    for (const char* need : row.needs)
      service.depends_on.push_back({need, DependencyCondition::Started});
  }
  return build_dependency_graph(services);
}

using Names = std::vector<std::string>;
using Indices = std::vector<std::size_t>;

TEST_CASE("without dependencies everything is in the first wave") {
  CHECK(graph_of({}).wave.empty());
  CHECK(graph_of({{"a", {}}, {"b", {}}}).wave == Indices{0, 0});
}

TEST_CASE("a wave is one more than the last of what it needs") {
  // d needs the long way round, so it waits for c although a is up at once.
  const DependencyGraph graph =
      graph_of({{"d", {"a", "c"}}, {"c", {"b"}}, {"b", {"a"}}, {"a", {}}});
  CHECK(graph.wave == Indices{3, 2, 1, 0});
  CHECK(graph.needs[0] == Indices{3, 1});
  CHECK(graph.needed_by[3] == Indices{0, 2});
  CHECK(graph.cycle.empty());
}

TEST_CASE("names that no service has are skipped") {
  const DependencyGraph graph = graph_of({{"a", {"missing", "b"}}, {"b", {}}});
  CHECK(graph.wave == Indices{1, 0});
  CHECK(graph.needs[0] == Indices{1});
}

TEST_CASE("a cycle is told by its names, first and last the same") {
  CHECK(graph_of({{"a", {"a"}}}).cycle == Names{"a", "a"});
  CHECK(graph_of({{"a", {"b"}}, {"b", {"a"}}}).cycle == Names{"a", "b", "a"});
  CHECK(graph_of({{"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}}).wave.empty());
}

TEST_CASE("what hangs on a cycle without being in it is not named") {
  // x leads into the cycle, y hangs below it, free is elsewhere.
  const DependencyGraph graph = graph_of(
      {{"x", {"a"}}, {"free", {}}, {"a", {"y", "b"}}, {"b", {"c"}}, {"c", {"a"}}, {"y", {}}});
  CHECK(graph.cycle == Names{"a", "b", "c", "a"});
}

TEST_CASE("a chain of ten thousand services is no deep recursion") {
  std::vector<ServiceSpec> services(10'000);
  for (std::size_t i = 0; i < services.size(); ++i) {
    services[i].name = std::to_string(i);
    if (i > 0)
      services[i].depends_on.push_back({std::to_string(i - 1), DependencyCondition::Started});
  }
  CHECK(build_dependency_graph(services).wave.back() == 9'999);
  services[0].depends_on.push_back({"9999", DependencyCondition::Started});
  CHECK(build_dependency_graph(services).cycle.size() == 10'001);
}

}  // namespace
}  // namespace mainstay::model
