// The control socket as a file: made safely, never taken from a supervisor that lives.
#pragma once

#include <cstddef>
#include <filesystem>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::control {

// Makes the folder (0700) and the socket (0600) and listens. Close-on-exec, non-blocking. For the
// first controller of a supervisor only, which holds the lock of the state directory: later ones
// get the descriptor from the keeper and never bind again.
//
// A socket that nobody answers on is left over and is replaced. Errors: the folder belongs to
// somebody else or others may write there; the path is too long (sun_path has 108 bytes); there is
// something that is not a socket; another supervisor answers there.
Result<UniqueFd> make_control_socket(const std::filesystem::path& path);

// At an orderly end, while the socket still listens (so that it cannot be another supervisor's by
// now). Touches nothing that is not a socket.
void remove_control_socket(const std::filesystem::path& path);

// How many clients may be served at once: limits::kClients, or fewer where this process may have
// few descriptors (RLIMIT_NOFILE), because services and logs come first.
std::size_t affordable_clients();

}  // namespace mainstay::control
