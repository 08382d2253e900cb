// Compressing one archive, in a worker: "X.log" becomes "X.log.gz", which appears whole or not at
// all.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "logs/directory.h"

namespace mainstay::logs {

// Goes through "X.log.gz.tmp", which is on the disk before it gets its name; then X.log is removed.
// The time of the last change is kept. Ends early with ECANCELED when `stop` becomes true. After
// any failure "X.log" is as it was.
Status compress_archive(Directory& directory, const std::string& plain,
                        const std::atomic<bool>& stop);

std::string compressed_name(const std::string& plain);
std::string unfinished_name(const std::string& plain);

}  // namespace mainstay::logs
