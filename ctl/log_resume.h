// What of the logs was shown already, so that a stream that is opened anew shows nothing twice.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace mainstay::ctl {

class LogResume {
 public:
  // The lines of `lines` that were not shown before, in order; they count as shown from now on.
  std::vector<Json> take_new(std::vector<Json> lines);
  // The stream was opened again: it begins with lines from before it broke.
  void restart();
  // From when on it is to be asked for again: some time before the newest line, because streams
  // that are slow to come lag behind others; `begun` when nothing was shown yet.
  WallTime since(WallTime begun) const;

 private:
  // The last line of one stream that was shown. Lines carry the time of the chunk they came in, so
  // several may have the same.
  struct Seen {
    std::string at;           // RFC 3339: in the order of time
    std::size_t count = 0;    // lines with that time
    std::size_t to_skip = 0;  // of them, those that are still to come again
    bool replaying = false;
  };

  static bool is_repeated(Seen& seen, const std::string& at);

  std::string oldest_;  // of all lines that were shown
  std::string newest_;
  bool restarted_ = false;
  std::map<std::pair<std::string, std::string>, Seen> seen_;  // by instance and stream
};

}  // namespace mainstay::ctl
