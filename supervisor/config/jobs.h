// One of `jobs`.
#pragma once

#include "config/program.h"
#include "model/ecosystem.h"

namespace mainstay::config {

// As read_service.
model::JobSpec read_job(const Field& owner, std::string name, std::uint32_t declared_in,
                        const ServiceNames& names, const Shared& shared);

}  // namespace mainstay::config
