// What access is decided with: OpenSSL's digests and randomness. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mainstay::gateway {

// All as digits 0-9a-f.
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
// So many bytes that nobody can guess; empty when the system has none.
std::string random_hex(std::size_t bytes);

// Takes as long wherever the first difference is.
bool equal_in_constant_time(std::string_view one, std::string_view other);
// Overwrites what is secret before its memory is given back.
void wipe(std::string& secret);

}  // namespace mainstay::gateway
