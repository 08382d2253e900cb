// How lines look in a log of the formats text and json. Pure: bytes and times in, bytes out.
//
//   text  2026-11-22T10:03:12.123456Z out the bytes as they were printed
//   json  {"time":"2026-11-22T10:03:12.123456Z","service":"web","instance":"web","stream":"out",
//          "message":"…"}          in one line; "partial", "continued", "invalid_utf8": true follow
//
// No line of the log is longer than kMaxLine, so that every reader gets it whole: what does not fit
// is written in pieces. In text a piece that goes on in the next line has "out+" for its stream,
// one that continues an earlier line has "+out", one in the middle "+out+".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "logs/names.h"

namespace mainstay::logs {

// What all lines of one log have in common.
struct LineShape {
  model::LogFormat format = model::LogFormat::Json;  // Text or Json
  std::string service;
  std::string instance;
  Stream stream = Stream::Out;
};

// Bytes that were lost at this place, for the fields "lost_bytes" and "lost_lines".
struct LostCount {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  bool operator==(const LostCount&) const = default;
};

// One line of what a service printed, or what is left of it after earlier pieces.
struct PrintedLine {
  std::string_view text;  // without the newline
  WallTime at;
  bool continued = false;         // its beginning was written already
  bool ended = true;              // the text reaches to the end of the line
  std::optional<LostCount> lost;  // a line of ours
};

// Appends one line with as much of the text as fits, at least one byte if there is any, and says
// how many bytes of it that were. Characters are not cut in two.
std::size_t append_formatted(std::string& out, const LineShape& shape, const PrintedLine& line);

// When the bytes to be formatted were captured.
struct CaptureTimes {
  WallTime first;  // the first line's first byte
  WallTime rest;   // all further lines
};

struct Formatted {
  std::string text;        // whole lines of the log
  std::size_t taken = 0;   // so many of the bytes are in it, newlines included
  bool continues = false;  // what follows them belongs to the last line
  std::size_t errors = 0;  // lines that begin in it and say that they are errors (level.h)
};

// About this much comes out of one format_lines(): it stops with the line that reaches it.
inline constexpr std::size_t kFormattedBatch = 256 * 1024;

// The complete lines in `bytes`, `most` bytes of text at a time. What has no newline yet waits,
// unless it is longer than kMaxLine or, with `at_end`, nothing can follow it any more. `continued`:
// the bytes begin inside a line.
Formatted format_lines(const LineShape& shape, std::string_view bytes, const CaptureTimes& times,
                       bool continued, bool at_end, std::size_t most = kFormattedBatch);

// At most this much does.
inline constexpr std::size_t kMaxFormatted = 384 * 1024;

}  // namespace mainstay::logs
