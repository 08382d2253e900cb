// Reads the logs of services, one after the other, and says what is in them. Memory does not grow
// with the logs; at most one log is open at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logs/analysis_source.h"
#include "logs/directory.h"
#include "logs/findings.h"

namespace mainstay::logs {

class Analysis {
 public:
  // The logs of one service, all instances and streams.
  struct Subject {
    std::string service;
    std::vector<Source> sources;
  };

  // `directory` outlives this.
  Analysis(const Directory& directory, std::vector<Subject> subjects, Span span,
           TallyLimits limits = {});

  // Reads about `budget` bytes; true: all is read.
  bool run(std::uint64_t budget);

  struct Progress {
    std::string service;  // that is being read
    std::size_t services_done = 0;
    std::size_t services = 0;
    std::uint64_t bytes_done = 0;  // of files, as they lie on the disk
    std::uint64_t bytes = 0;       // about, of those that can have something of the span
  };
  Progress progress() const;

  // After the end, one for each subject, in their order.
  std::vector<Findings> take() { return std::move(findings_); }

 private:
  bool next_source();
  void finish_source();
  LogChain open(const Source& source);
  std::uint64_t bytes_of(const Source& source) const;
  void look_around();

  const Directory& directory_;
  std::vector<Subject> subjects_;
  Span span_;
  TallyLimits limits_;
  std::vector<Findings> findings_;

  std::vector<DirectoryEntry> entries_;  // sorted by name
  std::optional<Archives> archives_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_done_ = 0;

  std::size_t source_ = 0;  // of the subject after those in findings_
  std::unique_ptr<Tally> tally_;
  std::unique_ptr<AnalysisSource> reading_;
  std::uint64_t reading_bytes_ = 0;
};

}  // namespace mainstay::logs
