// What the API consists of: one table. A route is added there, in openapi.json, and nowhere else.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/api/doorman.h"
#include "gateway/api/parameters.h"

namespace mainstay::gateway {

class Visit;
struct Means;

struct Route {
  std::string_view method;   // "GET" serves HEAD as well
  std::string_view pattern;  // "/api/v1/services/{name}/why": a part in braces is an argument
  Need need = Need::Read;
  // Answers the visit, now or later.
  void (*handle)(const Means&, const std::shared_ptr<Visit>&) = nullptr;
  std::string_view rpc{};  // the controller's method
  std::span<const Parameter> query{};
  std::span<const Parameter> body{};
  // Whatever the query holds: files have versions in theirs.
  bool any_query = false;
};

std::span<const Route> routes();

// What a part in braces stands for: one part of the path, and never nothing; "{path...}" is all
// that follows.
struct PathArgument {
  std::string_view name;
  std::string value;
};

// Nothing: it is another path.
std::optional<std::vector<PathArgument>> match(std::string_view pattern, std::string_view path);

}  // namespace mainstay::gateway
