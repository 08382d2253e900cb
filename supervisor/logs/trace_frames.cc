#include "logs/trace_frames.h"

#include <algorithm>
#include <array>

namespace mainstay::logs {

namespace {

using Shape = LineKind::Shape;

constexpr std::size_t kLongest = 200;  // bytes of an exception, of a function and of a file

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  const std::size_t end = line.find_last_not_of(" \t\r");
  return line.substr(0, end + 1);
}

// The last two parts of a path, without line and column: "app/main.py" of "/srv/app/main.py:12:3".
std::string_view file_of(std::string_view path) {
  path = path.substr(0, kLongest);
  while (!path.empty() && (path.back() == ':' || (path.back() >= '0' && path.back() <= '9'))) {
    const std::size_t colon = path.rfind(':');
    if (colon == std::string_view::npos || colon == 0 ||
        path.find_first_not_of("0123456789", colon + 1) != std::string_view::npos)
      break;
    path = path.substr(0, colon);
  }
  const std::size_t last = path.find_last_of("/\\");
  if (last == std::string_view::npos || last == 0) return path;
  const std::size_t before = path.find_last_of("/\\", last - 1);
  return before == std::string_view::npos ? path : path.substr(before + 1);
}

std::string place(std::string_view function, std::string_view path) {
  std::string out{function.substr(0, kLongest)};
  const std::string_view file = file_of(path);
  if (file.empty()) return out;
  return out.empty() ? std::string{file} : out + " (" + std::string{file} + ")";
}

// What of an "at" frame says that it is not Java's.
std::string_view language_of_frame(std::string_view path) {
  constexpr std::array<std::string_view, 4> kScripts = {".js", ".mjs", ".cjs", ".ts"};
  const std::string_view file = file_of(path);
  const bool script = std::any_of(kScripts.begin(), kScripts.end(),
                                  [file](std::string_view end) { return file.ends_with(end); });
  return script || path.starts_with("node:") ? "node" : "java";
}

}  // namespace

void TraceFrames::new_exception(std::string_view line) {
  exception_ = line.substr(0, kLongest);
  if (language_ != "python") where_.clear();  // which has its frames before
}

// `File "/app/x.py", line 3, in work`
bool TraceFrames::add_python(std::string_view line) {
  constexpr std::string_view kFile = "File \"";
  if (!line.starts_with(kFile)) return false;
  const std::size_t end = line.find('"', kFile.size());
  if (end == std::string_view::npos) return false;
  const std::size_t function = line.find(", in ", end);
  const auto name =
      function == std::string_view::npos ? std::string_view{} : line.substr(function + 5);
  where_ = place(name, line.substr(kFile.size(), end - kFile.size()));
  language_ = "python";
  return true;
}

// "at com.x.Y.work(Y.java:3)", "at work (/app/x.js:3:9)", "at /app/x.js:3:9", "at X.Y() in …:line
// 3"
bool TraceFrames::add_at(std::string_view line) {
  if (!line.starts_with("at ")) return false;
  line.remove_prefix(3);
  std::string_view function = line;
  std::string_view path;
  const std::size_t in = line.find(" in ");
  if (in != std::string_view::npos && line.find(":line ", in) != std::string_view::npos) {
    function = line.substr(0, in);
    path = line.substr(in + 4, line.find(":line ", in) - in - 4);
    language_ = "dotnet";
  } else if (const std::size_t open = line.rfind('(');
             line.ends_with(')') && open != std::string_view::npos) {
    function = trimmed(line.substr(0, open));
    path = line.substr(open + 1, line.size() - open - 2);
    language_ = language_of_frame(path);
  } else {
    function = {};
    path = line;
    language_ = "node";
  }
  // Node's own frames stand above the program's where it was called back.
  const bool own = path.starts_with("node:internal") || path == "<anonymous>";
  if (where_.empty() && !own) where_ = place(function, path);
  return true;
}

// "main.work(0x1, 0x2)" and below it "\t/app/main.go:12 +0x1d"
bool TraceFrames::add_go(std::string_view line, const LineKind& kind) {
  if (line.starts_with("goroutine ")) {
    language_ = "go";
    return true;
  }
  if (language_ != "go") return false;
  if (place_wanted_) {
    place_wanted_ = false;
    if (line.starts_with('/')) where_ = place(where_, line.substr(0, line.find(' ')));
    return true;
  }
  if (kind.shape != Shape::Call || !where_.empty()) return false;
  const bool own = line.starts_with("runtime.") || line.starts_with("panic(");
  const std::size_t open = line.rfind('(');
  if (own || open == std::string_view::npos) return true;
  where_ = line.substr(0, std::min(open, kLongest));
  place_wanted_ = true;
  return true;
}

// "#0 /app/x.php(7): work()"
bool TraceFrames::add_numbered(std::string_view line) {
  if (!line.starts_with('#')) return false;
  const std::size_t file = line.find(' ');
  const std::size_t end = line.find(".php(");
  const std::size_t function = line.find("): ");
  if (end == std::string_view::npos || file > end) return line.starts_with("#0 ");
  language_ = "php";
  if (!where_.empty() || function == std::string_view::npos) return true;
  const std::string_view call = line.substr(function + 3);
  where_ = place(call.substr(0, call.find('(')), line.substr(file + 1, end + 4 - file - 1));
  return true;
}

void TraceFrames::add(std::string_view raw, const LineKind& kind) {
  constexpr std::string_view kCausedBy = "Caused by: ";
  constexpr std::string_view kPanicked = " panicked at ";
  const std::string_view line = trimmed(raw);
  if (message_wanted_) {
    message_wanted_ = false;
    exception_ = line.substr(0, kLongest);
    return;
  }
  if (add_python(line) || add_at(line) || add_go(line, kind) || add_numbered(line)) return;
  if (line.starts_with(kCausedBy)) return new_exception(line.substr(kCausedBy.size()));
  if (kind.shape == Shape::Traceback) {
    language_ = "python";
    where_.clear();
  } else if (kind.shape == Shape::PanicMessage) {
    language_ = "rust";
    std::string_view at = line.substr(line.find(kPanicked) + kPanicked.size());
    at.remove_suffix(1);
    where_ = place({}, at);
    message_wanted_ = true;
  } else if (kind.shape == Shape::Exception && !kind.indented) {
    new_exception(line);
  }
}

}  // namespace mainstay::logs
