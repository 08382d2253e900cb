// Reads a run request in the forked child: bounds-checked, without allocating.
#pragma once

#include <cstddef>

#include "keeper/request.h"

namespace mainstay::keeper {

// A request taken apart; everything points into its bytes or into the caller's array of pointers.
struct ReadRequest {
  const RunRequest* head = nullptr;
  const std::uint32_t* groups = nullptr;
  const RunLimit* limits = nullptr;
  const char* cwd = nullptr;
  const char** cgroups = nullptr;  // null-terminated, as are the next three
  const char** candidates = nullptr;
  const char** arguments = nullptr;  // at least one
  const char** environment = nullptr;
};

// How many pointers read_request() needs for `head`, or 0 when its counts are out of bounds.
std::size_t pointers_needed(const void* bytes, std::size_t size);

// `bytes` must be aligned to 8, and `pointers` hold pointers_needed() of them.
// False: not a run request.
bool read_request(const void* bytes, std::size_t size, const char** pointers, ReadRequest& out);

}  // namespace mainstay::keeper
