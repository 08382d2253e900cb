// Goes through one log for an analysis: requests, and units that say warning or error.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "logs/known_lines.h"
#include "logs/line.h"
#include "logs/log_chain.h"
#include "logs/source_lines.h"
#include "logs/tally.h"

namespace mainstay::logs {

class AnalysisSource {
 public:
  // `directory` and `tally` outlive this.
  AnalysisSource(const Directory& directory, LogChain chain, Span span, Tally& tally);

  // True: it has been read to its end. False: the budget is spent before.
  bool run(Budget& budget);
  std::uint64_t bytes_read() const { return lines_.bytes_read(); }

 private:
  using KnownLine = std::shared_ptr<KnownLines::Known>;

  void take(const RawLine& raw);
  void take_text(std::string_view text, WallTime at);
  void follow_level(std::string_view text, WallTime at, KnownLine known);
  void is(const LineKind& kind);
  void remember(std::string_view text);
  const LineKind& previous();
  void finish_unit();

  LogChain chain_;
  SourceLines lines_;
  Tally& tally_;
  KnownLines known_lines_;
  Incident incident_;
  KnownLine begun_with_;  // the incident; null: not known
  // The last line that is not blank: what it is is found out when somebody asks.
  std::string previous_text_;
  LineKind previous_;
  bool previous_known_ = true;
  std::string storage_;
};

}  // namespace mainstay::logs
