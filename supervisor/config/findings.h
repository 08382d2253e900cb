// Collects what is wrong while a configuration is read; nothing stops at the first error.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"

namespace mainstay::config {

// The files that positions point into.
class SourceText {
 public:
  virtual ~SourceText() = default;
  virtual std::string shown_name(std::uint32_t file) const = 0;
  // What may be quoted in messages: nothing for files that hold secrets.
  virtual std::string_view quotable_bytes(std::uint32_t file) const = 0;
};

class Findings {
 public:
  explicit Findings(const SourceText& sources) : sources_(sources) {}

  // `path` is the key it is about ("services.backend.cwd"), or empty. Said once per place: the same
  // finding under another path (defaults, aliases) is dropped.
  void error(Position at, std::string_view path, std::string what);
  void inactive(Position at, std::string_view path);

  std::size_t error_count() const { return error_count_; }
  // No further error will be shown, so a costly suggestion is not worth making.
  bool full() const { return errors_.size() >= kMaxShown; }

  // "; did you mean 'backend'?" or nothing; always nothing once there have been kMaxSuggestions.
  std::string suggestion(std::string_view word, std::span<const std::string> candidates);

  // For callers to whom the candidates themselves cost something.
  bool may_suggest() const { return suggestions_ < kMaxHints; }

  // "a.yaml:3:5", for messages that name a second place.
  std::string place(Position at) const;

  // In the order of files and lines; both may be called once.
  std::vector<Diagnostic> take_errors();
  std::vector<Diagnostic> take_inactive();

 private:
  static const std::size_t kMaxShown;
  static const std::size_t kMaxHints;

  struct Found {
    Position at;
    Diagnostic diagnostic;
  };
  using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::string>;

  Diagnostic diagnose(Severity severity, Position at, std::string_view path,
                      std::string what) const;
  static std::vector<Diagnostic> sorted(std::vector<Found> found);

  const SourceText& sources_;
  std::vector<Found> errors_;
  std::vector<Found> notes_;
  std::set<Place> seen_;
  std::size_t error_count_ = 0;
  std::size_t suggestions_ = 0;
};

}  // namespace mainstay::config
