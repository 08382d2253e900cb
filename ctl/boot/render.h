// A plan as the file that its system wants.
#pragma once

#include <string>

#include "base/result.h"
#include "ctl/boot/plan.h"

namespace mainstay::ctl::boot {

// Sealed (record.h). An error: a path has characters that no such file can hold.
Result<std::string> render(const Plan& plan);

}  // namespace mainstay::ctl::boot
