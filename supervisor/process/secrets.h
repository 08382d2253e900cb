// Values that are read anew at every start and shown nowhere (ECOSYSTEM "Secrets").
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/service_spec.h"

namespace mainstay::process {

inline constexpr std::size_t kMaxSecretBytes = 64 * 1024;
inline constexpr std::chrono::seconds kSecretTime{10};

// The file's content without its last newline. Only a regular file of at most kMaxSecretBytes
// without NUL bytes; never blocks on a FIFO. The error names `key` and the path, never the content.
Result<std::string> read_secret_file(std::string_view key, const model::SecretFile& secret);

// What a command printed, as a secret: the same rules.
Result<std::string> secret_from_output(std::string_view key, std::string output);

}  // namespace mainstay::process
