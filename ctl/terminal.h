// What the place that output goes to can show: found out once, then passed by value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mainstay/endpoint.h"

namespace mainstay::ctl {

struct Terminal {
  bool interactive = false;           // a person's screen: lines may be redrawn and cut
  bool colour = false;                // SGR sequences are wanted
  bool symbols = false;               // UTF-8 beyond letters: ✔ … · –
  std::optional<std::size_t> width;   // columns; nothing: no limit (a file, a pipe)
  std::optional<std::size_t> height;  // rows
};

// Looks at descriptor `fd`. No colour with `no_color`, a NO_COLOR that is not empty (no-color.org)
// or TERM=dumb; symbols when LC_ALL, LC_CTYPE or LANG (the first that is set) names UTF-8.
Terminal detect_terminal(int fd, bool no_color, const EnvironmentLookup& environment);

// What colour says. LOOK: green, yellow and red carry state and nothing else.
enum class Tone { Plain, Good, Warn, Bad, Faint };

// `text` between SGR sequences, or as it is where colour is not wanted.
std::string paint(std::string_view text, Tone tone, const Terminal& terminal);

// The symbols in use and what stands for them elsewhere.
struct Symbols {
  std::string_view none;      // "–" or "-": no value
  std::string_view ellipsis;  // "…" or "..."
  std::string_view between;   // " · " or "; ": between things of a list
  std::string_view dash;      // "—" or "-": before an explanation
  std::string_view good;      // "✔" or "+"
  std::string_view bad;       // "✘" or "x"
  std::string_view waiting;   // "…" or "."
};
Symbols symbols_for(const Terminal& terminal);

}  // namespace mainstay::ctl
