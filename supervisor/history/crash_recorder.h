// Makes crash records: told of every event, it describes the abnormal ends. Loop thread only; all
// reading is done in a worker, one batch at a time.
//
// Nothing here holds up a restart, and a crash loop costs a bounded amount: what does not fit in
// the queue is counted, and the next record of that service says how many were left out. A
// controller that dies loses the records that were not yet on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "history/crash_evidence.h"
#include "io/loop.h"
#include "model/ecosystem.h"
#include "process/tree.h"
#include "runtime/ports.h"

namespace mainstay::history {

struct RecorderOptions {
  std::filesystem::path log_dir;
  std::size_t queue = 256;  // abnormal ends that wait to be looked at
};

class CrashRecorder final : public runtime::EventSink {
 public:
  using Keep = std::function<void(CrashRecord)>;

  // `services` are looked at now and stay where they are; `trees` outlives this. `keep` gets every
  // record, on the loop.
  CrashRecorder(io::Loop& loop, RecorderOptions options,
                const std::vector<model::ServiceSpec>& services, const process::ProcessTrees& trees,
                Keep keep);
  CrashRecorder(const CrashRecorder&) = delete;
  CrashRecorder& operator=(const CrashRecorder&) = delete;

  // Before the first event, when the trees of running instances are known: what was counted in
  // their groups until now is not about a run that ends from now on.
  void begin();
  // Only enqueues.
  void on_event(const runtime::Event& event) override;
  // Blocks until there is a record of everything that was told so far.
  void close();

 private:
  class Examiner;
  using Scenes = std::vector<CrashScene>;
  using Records = std::vector<CrashRecord>;

  std::optional<WallTime> note_end(const runtime::Event& event);
  void hand_over();
  void start_batch();
  void keep_records();

  io::Loop& loop_;
  RecorderOptions options_;
  const process::ProcessTrees& trees_;
  Keep keep_;
  std::map<std::string, const model::ServiceSpec*, std::less<>> services_;
  std::shared_ptr<Examiner> examiner_;     // shared with the worker
  std::map<std::string, WallTime> ended_;  // by instance: when its latest end was noticed
  Scenes queue_;
  std::map<std::string, std::uint64_t> left_out_;  // by service, since its last record
  bool working_ = false;
};

}  // namespace mainstay::history
