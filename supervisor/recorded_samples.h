// The control socket's questions for samples go to the history.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "control/history_source.h"
#include "history/history.h"

namespace mainstay {

class RecordedSamples final : public control::HistorySource {
 public:
  // `history` outlives this.
  explicit RecordedSamples(history::History& history) : history_(history) {}

  void query(history::SeriesQuery query,
             std::function<void(Result<std::vector<history::SeriesAnswer>>)> done) override {
    history_.samples(std::move(query), std::move(done));
  }
  void latest(history::SeriesKind kind, std::vector<std::string> names,
              std::function<void(Result<std::vector<history::LatestAnswer>>)> done) override {
    history_.latest(kind, std::move(names), std::move(done));
  }
  void names(history::SeriesKind kind,
             std::function<void(Result<std::vector<std::string>>)> done) override {
    history_.names(kind, std::move(done));
  }

 private:
  history::History& history_;
};

}  // namespace mainstay
