#include "config/program.h"

#include "config/commands.h"
#include "config/paths.h"
#include "config/policies.h"
#include "config/scalars.h"
#include "model/ecosystem.h"

namespace mainstay::config {

template <typename Spec>
void read_program(const Field& owner, std::uint32_t declared_in, const ServiceNames& names,
                  const Shared& shared, Spec& out) {
  read(owner["description"], out.description);
  read_command(owner, out.command);
  out.cwd = model::literal_template(owner.reading().sources.folder(declared_in).string());
  read_path(owner["cwd"], out.cwd);
  read_environment(owner, shared.env_files, names, out.env);
  read_inherit_env(owner["inherit_env"], out.inherit_env);
  shared.accounts.read_user(owner["user"], out.user);
  shared.accounts.read_group(owner["group"], out.group);
  read_limits(owner["limits"], out.limits);
  read_stop(owner["stop"], out.stop);
  read_logs(owner["logs"], out.logs);
}

template void read_program(const Field&, std::uint32_t, const ServiceNames&, const Shared&,
                           model::ServiceSpec&);
template void read_program(const Field&, std::uint32_t, const ServiceNames&, const Shared&,
                           model::JobSpec&);

}  // namespace mainstay::config
