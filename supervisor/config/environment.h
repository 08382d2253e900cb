// The variables that a service or job declares: env_file, env, increment_env.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/env_file.h"
#include "config/field.h"
#include "config/names.h"
#include "model/service_spec.h"

namespace mainstay::config {

// Each env file is parsed once, whoever uses it.
class EnvFiles {
 public:
  // Nothing when it cannot be read or has a line that is no variable; both are reported.
  const EnvFile* find(const Field& field, const std::string& path);

 private:
  std::map<std::uint32_t, EnvFile> parsed_;
};

// First step, while the names are not yet known: tells `names` what the service declares. `owner`
// reads with the names of its file. With `instances`, ${INSTANCE} and increment_env are left for
// the start.
void declare_names(const Field& owner, EnvFiles& files, bool instances, ServiceNames& names);

// Second step: the values. `owner` reads with `names`.
void read_environment(const Field& owner, EnvFiles& files, const ServiceNames& names,
                      model::Environment& out);

// increment_env: each must be in `env` with a whole number. Reported otherwise.
void read_increment_env(const Field& field, const ServiceNames& names,
                        const model::Environment& env, std::vector<std::string>& out);

void read_inherit_env(const Field& field, model::InheritEnv& out);

}  // namespace mainstay::config
