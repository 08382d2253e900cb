// What Request::params points to.
#pragma once

#include "base/json.h"

namespace mainstay::control {

struct ParsedParams {
  Json object = Json::object();  // empty when the request had none
};

}  // namespace mainstay::control
