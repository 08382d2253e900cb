// Bytes in anonymous memory that survives us in the hands of the keeper.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::process {

// A memfd (close-on-exec) with `bytes`, sealed against every change. `name` shows in /proc only.
Result<UniqueFd> sealed_memfd(const char* name, std::string_view bytes);

// All of a memfd, whatever its file offset; an error when it is larger than `limit`.
Result<std::string> read_memfd(int fd, std::size_t limit);

}  // namespace mainstay::process
