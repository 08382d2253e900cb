#include "config/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/limits.h"

namespace mainstay::config {

const std::size_t Findings::kMaxShown = kMaxErrors;
const std::size_t Findings::kMaxHints = kMaxSuggestions;

namespace {

std::string_view line_of(std::string_view bytes, std::uint32_t line) {
  std::size_t start = 0;
  for (std::uint32_t i = 0; i < line; ++i) {
    const std::size_t end = bytes.find('\n', start);
    if (end == std::string_view::npos) return {};
    start = end + 1;
  }
  std::string_view text = bytes.substr(start, bytes.find('\n', start) - start);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::uint32_t characters(std::string_view utf8) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return static_cast<std::uint32_t>(utf8.size()) -
         static_cast<std::uint32_t>(std::count_if(utf8.begin(), utf8.end(), continues));
}

// A line may be a megabyte long: what is kept of it is what a person can look at.
constexpr std::size_t kLongestExcerpt = 4096;

}  // namespace

Diagnostic Findings::diagnose(Severity severity, Position at, std::string_view path,
                              std::string what) const {
  Diagnostic made;
  made.severity = severity;
  made.file = sources_.shown_name(at.file);
  made.message = path.empty() ? std::move(what) : fmt::format("{}: {}", path, what);
  if (at.line == Position::kWholeFile) return made;
  const std::string_view line = line_of(sources_.quotable_bytes(at.file), at.line);
  made.line = at.line + 1;
  const std::size_t column = std::min<std::size_t>(at.column, line.size());
  made.column = line.empty() ? at.column + 1 : characters(line.substr(0, column)) + 1;
  made.length = std::max(1U, characters(line.substr(column, at.length)));
  if (line.size() <= kLongestExcerpt) made.source_line = std::string{line};
  return made;
}

void Findings::error(Position at, std::string_view path, std::string what) {
  ++error_count_;
  if (full()) return;
  if (!seen_.emplace(at.file, at.line, at.column, what).second) {
    --error_count_;
    return;
  }
  errors_.push_back({at, diagnose(Severity::Error, at, path, std::move(what))});
}

void Findings::inactive(Position at, std::string_view path) {
  if (notes_.size() >= kMaxNotes) return;
  std::string what = "accepted, not yet active in this version";
  if (!seen_.emplace(at.file, at.line, at.column, what).second) return;
  notes_.push_back({at, diagnose(Severity::Note, at, path, std::move(what))});
}

std::string Findings::suggestion(std::string_view word, std::span<const std::string> candidates) {
  if (!may_suggest()) return {};
  ++suggestions_;
  return did_you_mean(word, candidates.first(std::min(candidates.size(), kMaxCandidates)));
}

std::string Findings::place(Position at) const {
  if (at.line == Position::kWholeFile) return sources_.shown_name(at.file);
  return fmt::format("{}:{}:{}", sources_.shown_name(at.file), at.line + 1, at.column + 1);
}

std::vector<Diagnostic> Findings::sorted(std::vector<Found> found) {
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    const auto order = [](const Position& p) {
      return std::tuple{p.file, p.line == Position::kWholeFile ? 0 : p.line + 1, p.column};
    };
    return order(a.at) < order(b.at);
  });
  std::vector<Diagnostic> out;
  out.reserve(found.size());
  for (Found& one : found)
    out.push_back(std::move(one.diagnostic));
  return out;
}

std::vector<Diagnostic> Findings::take_errors() {
  const std::size_t unseen = error_count_ - errors_.size();
  std::vector<Diagnostic> out = sorted(std::move(errors_));
  if (unseen > 0) {
    Diagnostic more;
    more.severity = Severity::Note;
    more.file = out.front().file;
    more.message = fmt::format("{} not shown; repair these first", count_of(unseen, "more error"));
    out.push_back(std::move(more));
  }
  return out;
}

std::vector<Diagnostic> Findings::take_inactive() {
  return sorted(std::move(notes_));
}

}  // namespace mainstay::config
