// Commands of the ecosystem file: a list runs as it is, a text is split like a shell would.
#pragma once

#include <string>
#include <vector>

#include "config/field.h"
#include "model/service_spec.h"

namespace mainstay::config {

// Empty when the command is absent, null or wrong; wrong ones are reported.
std::vector<model::Template> read_words(const Field& field);
// The same where nothing may be left for the start.
std::vector<std::string> read_plain_words(const Field& field);

// `command` and `shell` of a service or job; a missing command is an error.
void read_command(const Field& owner, model::Command& out);

}  // namespace mainstay::config
