// A configuration as text for `ctl show` and config.get, with everything secret left out.
#pragma once

#include <string>
#include <vector>

#include "model/ecosystem.h"

namespace mainstay::config {

// One setting: {"restart.backoff.initial", "500ms"}.
struct Setting {
  std::string key;
  std::string value;
  bool operator==(const Setting&) const = default;
};

// Every setting of a service in the order of the file format, defaults included, spelled as the
// file would spell them. Values of `env` and of headers are "***"; passwords in URLs, and values of
// variables with telling names (PASSWORD, TOKEN, …) wherever they were interpolated, are "***" too.
std::vector<Setting> describe(const model::ServiceSpec& service);
std::vector<Setting> describe(const model::JobSpec& job);

// The whole ecosystem: the settings above with "services.NAME." or "jobs.NAME." before each key.
std::vector<Setting> describe(const model::Ecosystem& ecosystem);

}  // namespace mainstay::config
