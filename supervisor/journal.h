// Keeps the state file up to date, for a supervisor that comes after this one: written by a worker
// shortly after something has changed, never when nothing has. Loop thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "io/loop.h"
#include "process/runner.h"
#include "process/state_file.h"
#include "process/state_store.h"

namespace mainstay {

class Journal {
 public:
  // `notice` is told when the file cannot be written, once until it can be again.
  Journal(io::Loop& loop, std::filesystem::path state_dir,
          std::function<void(const std::string&)> notice);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // From now on there is something to save. Both outlive this.
  void serve(const process::MemfdStateStore& store, const process::ProcessRunner& runner);
  // After every turn of the loop.
  void after_turn();
  // At once. Blocks until it is written.
  void save();
  // The last words of a supervisor that has stopped everything. Blocks until they are written.
  void close();

 private:
  struct Writer;
  process::SavedState snapshot() const;
  void write_now(bool all_stopped);
  void write();
  void on_written(const std::string& failure);

  io::Loop& loop_;
  std::function<void(const std::string&)> notice_;
  std::shared_ptr<Writer> writer_;  // shared with the worker
  const process::MemfdStateStore* store_ = nullptr;
  const process::ProcessRunner* runner_ = nullptr;
  io::Timer timer_;
  std::uint64_t written_changes_ = 0;
  bool planned_ = false;
  bool writing_ = false;
  bool failing_ = false;
};

}  // namespace mainstay
