#include "logs/incident.h"

#include <algorithm>

#include "logs/fold.h"
#include "logs/json_scan.h"
#include "logs/json_text.h"

namespace mainstay::logs {

namespace {

using Shape = LineKind::Shape;

template <std::size_t N>
bool is_one_of(std::string_view key, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), key) != std::end(names);
}

constexpr std::string_view kMessageKeys[] = {"msg", "message", "event", "@m", "textPayload"};
constexpr std::string_view kErrorKeys[] = {"error", "err", "exception", "err.message", "reason"};
constexpr std::string_view kStackKeys[] = {"stack",    "stacktrace", "stack_trace",
                                           "exc_info", "traceback",  "error.stack_trace"};

// The value of `key` in "level=error msg=\"cannot connect\" err=timeout"; empty: there is none.
std::string_view logfmt_value(std::string_view line, std::string_view key) {
  for (std::size_t at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
    if (at > 0 && line[at - 1] != ' ') continue;
    std::string_view value = line.substr(at + key.size());
    if (!value.starts_with('"')) return value.substr(0, value.find(' '));
    value.remove_prefix(1);
    for (std::size_t end = 0; end < value.size(); ++end) {
      if (value[end] == '\\')
        ++end;
      else if (value[end] == '"')
        return value.substr(0, end);
    }
    return value;
  }
  return {};
}

bool is_json(std::string_view line) {
  const std::size_t text = line.find_first_not_of(" \t");
  return text != std::string_view::npos && line[text] == '{';
}

}  // namespace

void Incident::begin(std::string_view line, const LineKind& kind, WallTime at) {
  open_ = true;
  at_ = at;
  level_ = kind.level.value_or(Level::Error);
  lines_ = 0;
  head_.clear();
  tail_.clear();
  error_.clear();
  frames_ = {};
  const bool says_nothing = kind.shape == Shape::Traceback || kind.shape == Shape::Place ||
                            kind.shape == Shape::PanicMessage;
  headline_ = says_nothing ? std::string_view{} : line.substr(0, kFoldedFrom);
  keep(line);
  if (is_json(line)) return take_members(line);
  frames_.add(line, kind);
  if (const auto message = logfmt_value(line, "msg="); !message.empty()) {
    const auto error = logfmt_value(line, "err=");
    error_ = (error.empty() ? logfmt_value(line, "error=") : error).substr(0, kFoldedFrom);
    headline_ = message.substr(0, kFoldedFrom);
  }
}

void Incident::add(std::string_view line, const LineKind& kind) {
  keep(line);
  frames_.add(line, kind);
}

void Incident::take_members(std::string_view line) {
  std::string_view message;
  std::string_view error;
  std::string_view stack;
  JsonScan scan{line};
  for_each_member(scan, 2, [&](std::string_view key, std::string_view value, bool is_text) {
    if (!is_text || value.empty()) return;
    if (is_one_of(key, kStackKeys)) {
      stack = value;
    } else if (is_one_of(key, kErrorKeys)) {
      error = value;
    } else if (is_one_of(key, kMessageKeys)) {
      // "msg" is the line's own; what was called a message before it was inside of the error.
      if (key == "msg") std::swap(message, value);
      if (message.empty()) std::swap(message, value);
      if (!value.empty()) error = value;
    }
  });
  if (message.empty()) std::swap(message, error);
  if (!message.empty()) headline_ = unescape_json(message.substr(0, kFoldedFrom));
  error_ = unescape_json(error.substr(0, kFoldedFrom));
  if (error_ == headline_) error_.clear();
  if (!stack.empty()) {
    take_stack(unescape_json(stack.substr(0, 16 * kFoldedFrom)));
  } else if (error_.find('\n') != std::string::npos) {
    take_stack(error_);
  }
  error_.resize(std::min(error_.find('\n'), error_.size()));
}

void Incident::take_stack(std::string_view stack) {
  while (!stack.empty()) {
    const std::size_t end = std::min(stack.find('\n'), stack.size());
    const std::string_view line = stack.substr(0, end);
    frames_.add(line, LineKind::of(line));
    stack.remove_prefix(std::min(end + 1, stack.size()));
  }
}

void Incident::keep(std::string_view line) {
  ++lines_;
  line = line.substr(0, kLineBytes);
  if (head_.size() < kHead) {
    head_.emplace_back(line);
    return;
  }
  tail_.emplace_back(line);
  if (tail_.size() > kTail) tail_.pop_front();
}

std::vector<std::string> Incident::example() const {
  std::vector<std::string> lines = head_;
  lines.insert(lines.end(), tail_.begin(), tail_.end());
  while (!lines.empty() && lines.back().find_first_not_of(" \t\r") == std::string::npos)
    lines.pop_back();
  return lines;
}

std::size_t Incident::lines_left_out() const {
  return lines_ - head_.size() - tail_.size();
}

Signature Incident::signature() const {
  Signature out;
  out.level = level_;
  out.trace = frames_.language();
  if (!out.trace.empty()) out.where = frames_.where();
  const std::string& exception = error_.empty() ? frames_.exception() : error_;
  out.text = fold_message(headline_.empty() ? exception : headline_);
  if (!headline_.empty()) out.cause = fold_message(exception);
  if (out.cause == out.text) out.cause.clear();
  if (out.text.empty()) out.text = fold_message(head_.empty() ? "" : head_.front());
  return out;
}

}  // namespace mainstay::logs
