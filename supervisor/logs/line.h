// A line as readers give it, and where it comes from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "logs/level.h"
#include "logs/names.h"

namespace mainstay::logs {

// Longer lines are given in pieces of at most this size, cut at multiples of it in the file.
inline constexpr std::size_t kMaxLine = 64 * 1024;

// One log file of one instance.
struct Source {
  std::string service;
  std::string instance;  // as shown: "backend", or "backend:1"
  Stream stream = Stream::Out;
  std::string file;  // its name in the log directory
  model::LogFormat format = model::LogFormat::Raw;
};

struct Line {
  WallTime at;  // when its first byte was captured
  std::string service;
  std::string instance;
  Stream stream = Stream::Out;
  std::string text;  // raw bytes, without the newline: hostile, escape before showing
  bool partial =
      false;  // not the end of the line: the newline has not come yet, or the line was split
  bool continued = false;  // not the beginning of the line: goes on with an earlier partial one
  std::optional<Level> level{};  // of its unit, where levels were looked at
};

// The logs that are kept for an instance; with `only` (Out or Err) those that may hold that stream,
// so a merged file stays in: its streams cannot be told apart.
std::vector<Source> sources_of(const std::string& service, const std::string& instance,
                               const std::string& base, const model::LogSpec& spec,
                               std::optional<Stream> only = {});

}  // namespace mainstay::logs
