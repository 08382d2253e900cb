// Where an open file is now.
#pragma once

#include <string>

namespace mainstay::logs {

// The last part of the file's present path, after whatever renamed it; empty when it was deleted or
// the system does not tell.
std::string present_name(int fd);

}  // namespace mainstay::logs
