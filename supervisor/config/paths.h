// Paths of the ecosystem file: relative ones start at the folder of the file that says them.
#pragma once

#include <filesystem>
#include <optional>

#include "config/field.h"
#include "model/template.h"

namespace mainstay::config {

// Absolute and without `.` and `..`. Nothing when there is nothing usable.
std::optional<std::filesystem::path> read_path(const Field& field);
// The same where a part may be known at the start only.
void read_path(const Field& field, model::Template& out);

// `text` from the folder of `file`.
std::filesystem::path resolve_path(const Sources& sources, std::uint32_t file,
                                   const std::string& text);

}  // namespace mainstay::config
