// What services and jobs have in common: a program, where and as whom it runs.
#pragma once

#include "config/accounts.h"
#include "config/environment.h"
#include "config/field.h"
#include "config/names.h"

namespace mainstay::config {

// What every declaration is read with, beside its own Field.
struct Shared {
  EnvFiles& env_files;
  Accounts& accounts;
  const EnvironmentLookup& environment;
};

// command, shell, cwd, env, env_file, inherit_env, user, group, limits, stop and logs.
// `declared_in` is the file whose folder is the cwd unless the declaration says another one. Spec
// is ServiceSpec or JobSpec.
template <typename Spec>
void read_program(const Field& owner, std::uint32_t declared_in, const ServiceNames& names,
                  const Shared& shared, Spec& out);

}  // namespace mainstay::config
