// Which ports a service that is down probably wanted: from its last words and from its declaration.
// Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/service_spec.h"

namespace mainstay::control {

// Whether a line says that an address was taken ("EADDRINUSE", "Address already in use", …).
bool says_address_in_use(std::string_view line);

// Ports that a line names: "127.0.0.1:8000", ":::8000", "port 8000", "port: 8000", "('0.0.0.0',
// 8000)".
std::vector<std::uint16_t> ports_in(std::string_view line);

// What the service's own last lines complain about; lines beside the complaint count too, because
// several languages print the address on a line of its own.
std::vector<std::uint16_t> complained_ports(std::span<const std::string_view> lines);

// PORT, *_PORT and the variables of increment_env with a number in `env`, as instance `index` gets
// them, and the ports of `listen`.
std::vector<std::uint16_t> declared_ports(const model::ServiceSpec& spec, std::uint32_t index);

}  // namespace mainstay::control
