#include "logs/trace.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace mainstay::logs {

namespace {

using Shape = LineKind::Shape;

constexpr std::size_t kTraceWithin = 512;  // bytes of a line

bool is_name_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

template <typename Prefixes>
bool begins_with_any(std::string_view line, const Prefixes& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [line](std::string_view prefix) { return line.starts_with(prefix); });
}

// Lines that only ever go on with something.
constexpr std::array<std::string_view, 16> kContinuing = {
    "Caused by:",
    "Suppressed:",
    "Wrapped by:",
    "... ",
    "goroutine ",
    "created by ",
    "[signal SIG",
    "stack backtrace:",
    "note: run with `RUST_BACKTRACE",
    "note: Some details are omitted",
    "Stack trace:",
    "Call Stack:",
    "#0 ",
    "--- End of ",
    "Node.js v",
    "[Previous exception is",
};

constexpr std::array<std::string_view, 2> kIntroducing = {
    "During handling of the above exception",
    "The above exception was the direct cause",
};

constexpr std::array<std::string_view, 13> kDeaths = {
    "Traceback (most recent call last)",
    "Exception in thread ",
    "panic: ",
    "fatal error: ",
    "Unhandled exception",
    "Unhandled Exception",
    "Uncaught ",
    "terminate called ",
    "Segmentation fault",
    "Aborted (core dumped)",
    "*** stack smashing detected",
    "SIGSEGV: ",
    "Fatal Python error",
};

// "#12 /app/x.php(3): work()" or "#12 0x0000 in work".
bool is_numbered_frame(std::string_view line) {
  if (line.size() < 3 || line[0] != '#') return false;
  const std::size_t end = line.find_first_not_of("0123456789", 1);
  return end != std::string_view::npos && end > 1 && line[end] == ' ';
}

// "at work (file.js:3:1)" without its indentation.
bool is_at_frame(std::string_view line) {
  return line.starts_with("at ") &&
         (line.ends_with(')') || line.find(':') != std::string_view::npos);
}

// "main.work(0x1, 0x2)", "net/http.(*conn).serve(…)": no space before the last parenthesis opens.
bool is_call(std::string_view line) {
  if (!line.ends_with(')')) return false;
  if (line.starts_with("panic({0x")) return true;  // between the frames, since Go 1.18
  const std::size_t name = std::min(line.find(' '), line.size());
  const std::size_t open = line.substr(0, name).rfind('(');
  return open != std::string_view::npos && open > 0 &&
         line.substr(0, open).find('.') != std::string_view::npos;
}

// "/app/index.js:3", "file:///app/index.mjs:12".
bool is_place(std::string_view line) {
  if (!line.starts_with('/') && !line.starts_with("file://") && !line.starts_with("node:"))
    return false;
  const std::size_t colon = line.rfind(':');
  if (colon + 1 == line.size() || line.find_first_of(" \t") != std::string_view::npos) return false;
  return line.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
}

bool is_rust_panic(std::string_view line) {
  return line.starts_with("thread '") && line.find(" panicked at ") != std::string_view::npos;
}

Shape shape_of(std::string_view line) {
  if (begins_with_any(line, kIntroducing)) return Shape::Introducing;
  if (begins_with_any(line, kContinuing) || is_numbered_frame(line) || is_at_frame(line))
    return Shape::Continuing;
  if (line.starts_with("Traceback (most recent call last)")) return Shape::Traceback;
  if (is_rust_panic(line) && line.ends_with(':')) return Shape::PanicMessage;
  if (looks_like_exception(line)) return Shape::Exception;
  if (is_place(line)) return Shape::Place;
  if (line.find_first_not_of("}]),; ") == std::string_view::npos) return Shape::Closing;
  return is_call(line) || line.starts_with("exit status ") ? Shape::Call : Shape::Plain;
}

}  // namespace

bool looks_like_exception(std::string_view line) {
  std::size_t last = 0;  // where the last part of the dotted name begins
  std::size_t end = 0;
  while (end < line.size() && (is_name_part(line[end]) || line[end] == '.')) {
    if (line[end] == '.') last = end + 1;
    ++end;
  }
  const std::string_view name = line.substr(last, end - last);
  const bool ends = end == line.size() || line[end] == ':' || line.substr(end).starts_with(" [");
  if (name.empty() || !ends || name[0] < 'A' || name[0] > 'Z') return false;
  constexpr std::array<std::string_view, 7> kEnds = {
      "Error",      "Exception",     "Throwable",  "KeyboardInterrupt",
      "SystemExit", "StopIteration", "ReadTimeout"};
  return std::any_of(kEnds.begin(), kEnds.end(),
                     [name](std::string_view word) { return name.ends_with(word); });
}

bool looks_like_death(std::string_view line) {
  if (begins_with_any(line, kDeaths) || is_rust_panic(line) || is_place(line)) return true;
  // Ruby: "app.rb:1:in `work': boom (RuntimeError)".
  return line.ends_with("Error)") && line.find(":in ") != std::string_view::npos;
}

LineKind LineKind::of(std::string_view line) {
  LineKind kind;
  std::string_view text = line.substr(0, kTraceWithin);
  while (!text.empty() && (text.back() == '\r' || is_blank(text.back())))
    text.remove_suffix(1);
  const std::size_t indent = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(indent);
  if (text.empty()) {
    kind.shape = Shape::Blank;
    return kind;
  }
  kind.indented = indent > 0;
  kind.shape = shape_of(text);
  if (kind.indented) {
    // A level right-aligned in a column (" WARN …") begins a line; text further in does not.
    const bool may_begin = indent <= 2 && line[0] == ' ' && text[0] >= 'A' && text[0] <= 'Z';
    if (may_begin) kind.level = level_of(text);
    if (kind.shape != Shape::Plain) kind.level.reset();
    if (kind.level) kind.indented = false;
    return kind;
  }
  if (kind.shape != Shape::Continuing && kind.shape != Shape::Introducing &&
      kind.shape != Shape::Closing)
    kind.level = level_of(line);
  return kind;
}

bool continues(const LineKind& previous, const LineKind& line) {
  if (line.shape == Shape::Blank || line.indented) return true;
  const bool after_bad_news = previous.shape == Shape::Plain && previous.level >= Level::Warn;
  switch (line.shape) {
    case Shape::Continuing:
    case Shape::Introducing:
      return true;
    case Shape::Traceback:
      return previous.shape == Shape::Introducing || after_bad_news;
    case Shape::Exception:
      return previous.indented || after_bad_news;
    case Shape::Call:
      return previous.indented || previous.shape == Shape::Continuing;
    case Shape::Closing:
      return previous.indented || previous.shape == Shape::Closing;
    case Shape::Plain:
      return !line.level && previous.shape == Shape::PanicMessage;
    case Shape::Place:
    case Shape::PanicMessage:
    case Shape::Blank:
      return false;
  }
  return false;
}

}  // namespace mainstay::logs
