#include "config/relations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "config/field.h"
#include "model/dependency_graph.h"

namespace mainstay::config {

namespace {

std::string path_of(const Mention& mention) {
  return fmt::format("services.{}.{}", mention.by, mention.key);
}

void check_names(const std::vector<model::ServiceSpec>& services,
                 const std::vector<Mention>& mentions, Findings& findings) {
  std::vector<std::string> names;
  for (const model::ServiceSpec& service : services)
    names.push_back(service.name);
  const std::unordered_set<std::string_view> known{names.begin(), names.end()};
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
  for (const Mention& mention : mentions) {
    if (findings.full()) return;
    if (known.count(mention.name) == 0) {
      findings.error(mention.at, path_of(mention),
                     fmt::format("no service is named {}{}", in_quotes(mention.name),
                                 findings.suggestion(mention.name, names)));
    } else if (mention.name == mention.by) {
      findings.error(mention.at, path_of(mention), "a service cannot name itself here");
    } else if (!seen.emplace(mention.by, mention.key, mention.name).second) {
      findings.error(mention.at, path_of(mention),
                     fmt::format("{} is named twice", in_quotes(mention.name)));
    }
  }
}

// The relation `key` as a graph of its own.
std::vector<std::string> find_circle(const std::vector<model::ServiceSpec>& services,
                                     const std::vector<Mention>& mentions, std::string_view key) {
  std::vector<model::ServiceSpec> nodes(services.size());
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < services.size(); ++i) {
    nodes[i].name = services[i].name;
    index.emplace(services[i].name, i);
  }
  for (const Mention& mention : mentions) {
    if (mention.key != key || mention.by == mention.name) continue;
    nodes[index.at(mention.by)].depends_on.push_back(
        {mention.name, model::DependencyCondition::Started});
  }
  return model::build_dependency_graph(nodes).cycle;
}

void check_circle(const std::vector<model::ServiceSpec>& services,
                  const std::vector<Mention>& mentions, std::string_view key, std::string_view what,
                  Findings& findings) {
  const std::vector<std::string> circle = find_circle(services, mentions, key);
  if (circle.size() < 2) return;
  const auto first = std::find_if(mentions.begin(), mentions.end(), [&](const Mention& mention) {
    return mention.key == key && mention.by == circle[0] && mention.name == circle[1];
  });
  findings.error(first->at, path_of(*first), fmt::format("{}: {}", what, join(circle, " -> ")));
}

}  // namespace

void check_relations(const std::vector<model::ServiceSpec>& services,
                     const std::vector<Mention>& mentions, Findings& findings) {
  check_names(services, mentions, findings);
  check_circle(services, mentions, "depends_on", "the services depend on each other in a circle",
               findings);
  check_circle(services, mentions, "restart_with", "the services restart each other in a circle",
               findings);
}

}  // namespace mainstay::config
