// The files that together are one log: its archives, oldest first, and the log itself.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/time.h"
#include "logs/directory.h"
#include "logs/line.h"

namespace mainstay::logs {

struct Segment {
  std::string file;  // as it was when the directory was listed
  std::string index;
  std::uint64_t inode = 0;
  bool compressed = false;
  std::uint64_t end = UINT64_MAX;  // of its unpacked bytes, for end_chain()
};

// The archives in a directory, by the log they are of.
class Archives {
 public:
  explicit Archives(std::span<const DirectoryEntry> entries);
  std::vector<Segment> of(const std::string& log) const;

 private:
  std::map<std::string, std::map<WallTime, Segment>, std::less<>> by_log_;
};

// Adds what a rename under way hides from who lists the directory: an archive that is being
// compressed may be seen under neither of its names, its index is there all the time.
void add_hidden(const Directory& directory, std::vector<DirectoryEntry>& entries);
// What is in the directory, with what hides; nothing when it cannot be read.
std::vector<DirectoryEntry> list_logs(const Directory& directory);

// What a reader has to do with of one log. The log itself is open from the beginning, so that
// nothing is missed or read twice when it is rotated meanwhile.
struct LogChain {
  Source source;
  std::vector<Segment> segments;  // never empty: the last is the log itself
  OpenedFile live;                // the log itself; without descriptor when there is none
  UniqueFd live_index;
  std::string problem;  // why it could not be opened, when it is there
};

// One log alone, without its archives: list the directory after that.
LogChain open_live(const Directory& directory, const Source& source);
// Those of its archives, and then the log itself, as the segments of the chain.
void add_archives(LogChain& chain, const Archives& archives);

// A place in a log, and so in all that it became since.
struct ChainEnd {
  std::string archive;      // the newest that there was then; empty: none was heard of
  bool in_archive = false;  // the place is in that archive, not in the log that came after it
  std::uint64_t inode = 0;  // of that log; 0: there was none
  std::uint64_t offset = 0;
};
// Leaves out what comes later than that place.
void end_chain(LogChain& chain, const ChainEnd& end);

std::vector<LogChain> open_chains(const Directory& directory, std::span<const Source> sources);

}  // namespace mainstay::logs
