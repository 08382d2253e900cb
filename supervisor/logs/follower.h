// Goes on reading where a tail ended. Holds positions only; files are opened for the length of a
// pull, so a thousand followed services cost no descriptors, and a slow client costs no service
// anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "logs/directory.h"
#include "logs/line.h"
#include "logs/log_chain.h"
#include "logs/reader.h"
#include "logs/rotation.h"

namespace mainstay::logs {

struct Pulled {
  std::vector<Line> lines;  // in time order
  std::vector<std::string>
      started_over;          // files that were truncated or replaced: read from their beginning
  std::uint64_t missed = 0;  // bytes of rotated logs that could not be read any more
};

// What the log is called now; nothing when that is not there any more.
std::optional<OpenedFile> open_archive(const Directory& directory, const Rotated& rotated);

class Follower {
 public:
  static constexpr std::size_t kMostOpenParts = 64;  // rotated logs that one keeps open

  // `directory` outlives the follower. The positions are those of a tail of the same sources;
  // everything counts as grown at first, so nothing between the tail and the first pull is missed.
  Follower(const Directory& directory, std::vector<Source> sources,
           std::vector<Position> positions);

  // One more log, from its beginning (a service that was scaled up). A file that is followed
  // already is ignored.
  void add(Source source, Position position = {});
  // Archives that there are, of any logs.
  void know(const std::set<std::string>& archives);
  // The file has grown, or may have. Names that are not followed are ignored.
  void grew(const std::string& file);
  // The file has another name now: what was not pulled of it comes before what its name leads to
  // next, whatever happens to it meanwhile. To be told before the next file grows.
  void rotated(const Rotated& rotated);
  // Likewise, later: `archive` was opened then. Nothing: it could not be, or is not any more.
  void rotated(const Rotated& rotated, std::optional<OpenedFile> archive);
  // What was pulled of a log ends there. Nothing for a file that is not followed.
  std::optional<ChainEnd> place_in(const std::string& file) const;
  // Whether a pull could give something.
  bool has_pending() const { return !pending_.empty(); }

  // The next lines, about `max_bytes` of text (at least one line, if there is one). Unfinished last
  // lines are kept back until their newline comes; in logs that have not changed since `unfinished`
  // they are given as they are, marked partial, and what follows them comes as continued. In time
  // order over the files of one call, which are at most 32 at a time. Call again while
  // has_pending().
  Pulled pull(std::size_t max_bytes, WallTime unfinished = {});

  // Bytes that are written and not yet pulled, over all pending files.
  std::uint64_t behind() const;
  // Leaves out what is more than `keep` bytes behind in each file, up to the start of a line where
  // there is one; returns how many bytes that were. For a client that is too slow: whether and when
  // is the caller's decision.
  std::uint64_t skip(std::uint64_t keep);

 private:
  // A rotated log that is not read to its end yet. It stays open: it may be compressed or deleted.
  struct Part {
    std::string name;
    OpenedFile file;
  };
  struct Followed {
    Source source;
    Position position;  // in the first part, else in the log itself
    bool pending = false;
    std::vector<Part> parts;
    std::string newest_archive;  // that was heard of
  };
  class Batch;
  static constexpr std::size_t kMostParts = 16;  // of one log

  void mark(std::size_t number);
  Followed* to_be_told(const Rotated& rotated);
  void add_part(Followed& followed, const Rotated& rotated, std::optional<OpenedFile> archive);
  void leave_part(Followed& followed);
  std::uint64_t behind_in(const Followed& followed) const;
  std::uint64_t skip_in(Followed& followed, std::uint64_t keep);

  const Directory& directory_;
  std::vector<Followed> files_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::deque<std::size_t> pending_;   // in the order in which they grew
  std::set<std::size_t> unfinished_;  // those whose last line has no newline yet
  std::size_t open_parts_ = 0;
  std::uint64_t missed_ = 0;  // since the last pull
};

}  // namespace mainstay::logs
