// The parts that descriptions of services, jobs and ecosystems are made of.
#pragma once

#include <string>

#include "config/settings.h"
#include "model/ecosystem.h"

namespace mainstay::config {

// description, command, cwd, env, inherit_env, user, group. Spec is ServiceSpec or JobSpec.
template <typename Spec>
void add_program(Settings& out, const Spec& spec);

void add_restart(Settings& out, const model::RestartPolicy& restart);
void add_execution(Settings& out, const model::Limits& limits, const model::StopPolicy& stop,
                   const model::LogSpec& logs);
void add_ready(Settings& out, const model::ReadySpec& ready);
void add_check(Settings& out, const std::string& key, const model::CheckSpec& check);
void add_alerts(Settings& out, const model::AlertsSpec& alerts);
// logs, history, web.
void add_globals(Settings& out, const model::Ecosystem& ecosystem);

}  // namespace mainstay::config
