// The line of an installed file that says what it was made from, and of what text: JSON, so that
// every format can hold it in a comment. By it `ctl boot status` knows what has drifted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/boot/plan.h"

namespace mainstay::ctl::boot {

struct Record {
  Plan plan;
  std::string version;  // of the ctl that made it
  bool intact = false;  // nobody changed the file since
};

// The line for `plan`, without a checksum yet: seal() puts it in.
std::string record_line(const Plan& plan);
// `text` with the checksum of it all in its record line.
std::string seal(std::string text);
// Nothing when the file is not of our making.
std::optional<Record> read_record(std::string_view text);

}  // namespace mainstay::ctl::boot
