// Where a run's output goes, as process/ needs it; logs/ does it, the composition root connects
// them.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/service_spec.h"

namespace mainstay::process {

struct OutputPipes {
  UniqueFd out;  // non-blocking read ends; merged: `out` carries both and `err` is empty
  UniqueFd err;
};

class OutputSink {
 public:
  virtual ~OutputSink() = default;
  // Whether the output of such a run could be written now. The runner asks before each start and
  // fails the start with this sentence (stage "logs") if not.
  virtual Status ready(const std::string& file_name, const model::LogSpec& spec) {
    static_cast<void>(file_name);
    static_cast<void>(spec);
    return {};
  }
  // `file_name` is the log's base name, made by us ("backend" or "backend:1").
  virtual void attach(RunId run, const std::string& file_name, const model::LogSpec& spec,
                      OutputPipes pipes) = 0;
  // Moves all that the run has printed up to now into its files, until end of file or until the
  // pipe is empty.
  virtual void drain(RunId run) = 0;
  // Duplicates of the read ends of the run's pipes, in any order.
  virtual std::vector<UniqueFd> copies_of(RunId run) const {
    static_cast<void>(run);
    return {};
  }
  // Whether somebody still holds a pipe of the run, or bytes of it wait for room on the disk.
  virtual bool is_open(RunId run) const {
    static_cast<void>(run);
    return false;
  }
};

}  // namespace mainstay::process
