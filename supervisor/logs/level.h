// How severe a log line says it is, in the words of common frameworks. Pure; text is hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mainstay::logs {

// In the order of severity. Trace counts as Debug, notice as Info, critical and fatal as Error.
enum class Level : std::uint8_t { Debug, Info, Warn, Error };

// "debug", "info", "warn", "error".
std::string_view to_string(Level level);
// What `--level` takes: those four, and "warning", "err", "fatal" and the like.
std::optional<Level> parse_level(std::string_view word);

// Recognises: JSON objects with level, severity, lvl, levelname and the like (words, pino's and
// syslog's numbers); level=… of logfmt; syslog's <n>; klog's E0422; words as prefixes, in brackets
// and before a colon; and how exceptions, panics and fatal signals begin. Only the beginning of a
// line is looked at. Nothing: it does not say.
std::optional<Level> level_of(std::string_view line);

}  // namespace mainstay::logs
