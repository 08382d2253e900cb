// Who wants to know that logs have grown, by file. Loop thread only.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "logs/rotation.h"

namespace mainstay::checks {

// Told of the files that it was added for. Must only take note.
class LogTap {
 public:
  virtual ~LogTap() = default;
  virtual void log_grew(const std::string& file) = 0;
  virtual void log_rotated(const logs::Rotated& rotated) { static_cast<void>(rotated); }
};

class LogTaps {
 public:
  void add(const std::string& file, LogTap& tap) { taps_[file].push_back(&tap); }
  void remove(const std::string& file, LogTap& tap) {
    const auto found = taps_.find(file);
    if (found == taps_.end()) return;
    std::erase(found->second, &tap);
    if (found->second.empty()) taps_.erase(found);
  }
  void grew(const std::string& file) const {
    const auto found = taps_.find(file);
    if (found == taps_.end()) return;
    for (LogTap* tap : found->second)
      tap->log_grew(file);
  }
  void rotated(const logs::Rotated& rotated) const {
    const auto found = taps_.find(rotated.file);
    if (found == taps_.end()) return;
    for (LogTap* tap : found->second)
      tap->log_rotated(rotated);
  }

 private:
  std::unordered_map<std::string, std::vector<LogTap*>> taps_;
};

}  // namespace mainstay::checks
