// Which lines belong together: stack traces, and what follows the line they began with. Decided
// from a line and the one before it alone, so that reading backwards finds the same units.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "logs/level.h"

namespace mainstay::logs {

// What of a line matters for that.
struct LineKind {
  enum class Shape : std::uint8_t {
    Plain,
    Blank,
    Continuing,   // never begins anything: "Caused by:", "goroutine 1 [running]:", "#0 …"
    Introducing,  // "During handling of the above exception, …": a traceback that follows belongs
    Traceback,    // "Traceback (most recent call last):"
    Exception,    // "ValueError: …", "java.lang.IllegalStateException: …"
    Call,         // "main.work(0x1, 0x2)": a frame of Go
    Closing,      // "}" or "])"
    Place,        // "/app/index.js:3": how node begins
    PanicMessage,  // ends with ":", and the next line says more (Rust)
  };

  Shape shape = Shape::Plain;
  bool indented = false;
  std::optional<Level> level;

  static LineKind of(std::string_view line);
};

// Whether `line` belongs to the same unit as `previous`, the last line before it that is not blank.
// A blank line belongs to what was before it.
bool continues(const LineKind& previous, const LineKind& line);

// "ValueError", "java.lang.IllegalStateException: boom", "Error: x", also followed by nothing.
bool looks_like_exception(std::string_view line);
// The other ways in which programs die: "panic: …", "thread 'main' panicked at", "Uncaught …".
bool looks_like_death(std::string_view line);

}  // namespace mainstay::logs
