// What was measured over time, as the control socket asks for it; the composition root connects it
// to the database.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "history/sample_table.h"

namespace mainstay::control {

// Answers come on the loop, each once, later or during the call. An error says why there is no
// answer: what is stored is damaged, or history is paused.
class HistorySource {
 public:
  virtual ~HistorySource() = default;

  // As SampleTable's functions of the same names.
  virtual void query(history::SeriesQuery query,
                     std::function<void(Result<std::vector<history::SeriesAnswer>>)> done) = 0;
  virtual void latest(history::SeriesKind kind, std::vector<std::string> names,
                      std::function<void(Result<std::vector<history::LatestAnswer>>)> done) = 0;
  virtual void names(history::SeriesKind kind,
                     std::function<void(Result<std::vector<std::string>>)> done) = 0;
};

}  // namespace mainstay::control
