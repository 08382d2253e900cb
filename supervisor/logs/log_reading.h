// Reads logs for somebody in a worker, a slice at a time: what they hold already, and through the
// filter what came since. Disk, expressions and levels never cost the loop anything.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/loop.h"
#include "logs/line_filter.h"
#include "logs/past.h"

namespace mainstay::logs {

class LogReading : public std::enable_shared_from_this<LogReading> {
 public:
  // Everything but the two starting functions is used while no work is under way, or by it.
  LogReading(std::filesystem::path log_dir, std::vector<Source> sources, LogQuery query,
             LineFilter filter);

  // Before the first slice: where the past of each source ends.
  void end_at(std::vector<ChainEnd> ends) { ends_ = std::move(ends); }
  // The next slice of the past into lines(); `done` runs on the loop.
  void read_past(io::Loop& loop, std::function<void()> done);
  // Those of `lines` that are wanted into lines(). After the past only.
  void filter(io::Loop& loop, std::vector<Line> lines, std::function<void()> done);

  bool is_busy() const { return busy_; }
  bool past_ended() const { return ended_; }
  bool filters() const { return !filter_.passes_all(); }
  std::vector<Line>& lines() { return lines_; }
  const std::vector<Source>& sources() const { return sources_; }

  // After the end of the past.
  const std::vector<Position>& positions() const { return positions_; }
  bool cut() const { return cut_; }
  const std::vector<std::string>& problems() const { return problems_; }
  // What was an archive already, so that what it holds is not new.
  const std::set<std::string>& archives() const { return archives_; }
  bool knows(const std::string& archive) const { return archives_.contains(archive); }

 private:
  void start(io::Loop& loop, std::function<void()> work, std::function<void()> done);
  void slice();
  void finish();

  std::filesystem::path log_dir_;
  std::vector<Source> sources_;
  LogQuery query_;
  LineFilter filter_;
  std::vector<ChainEnd> ends_;
  std::optional<Directory> directory_;  // of the workers
  std::unique_ptr<Past> past_;
  std::vector<Line> lines_;
  std::vector<Position> positions_;
  std::vector<std::string> problems_;
  std::set<std::string> archives_;
  bool busy_ = false;
  bool ended_ = false;
  bool cut_ = false;
};

}  // namespace mainstay::logs
