// What is said once for the whole ecosystem: `name`, `logs`, `history`, `web`.
#pragma once

#include "config/field.h"
#include "model/ecosystem.h"

namespace mainstay::config {

void read_ecosystem_name(const Field& field, std::string& out);
void read_global_logs(const Field& field, model::LogsSpec& out);
void read_history(const Field& field, model::HistorySpec& out);
void read_web(const Field& field, std::optional<model::WebSpec>& out);

}  // namespace mainstay::config
