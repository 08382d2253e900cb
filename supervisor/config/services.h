// One of `services`.
#pragma once

#include <vector>

#include "config/program.h"
#include "config/relations.h"
#include "model/service_spec.h"

namespace mainstay::config {

// `owner` is the service merged with `defaults`, reading with `names`, which know its variables
// already.
model::ServiceSpec read_service(const Field& owner, std::string name, std::uint32_t declared_in,
                                const ServiceNames& names, const Shared& shared,
                                std::vector<Mention>& mentions);

}  // namespace mainstay::config
