// Who may come in over the web, kept in <state dir>/access.json: two generations, written whole by
// a worker, never thrown away. Loop thread only.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"
#include "web/setup.h"

namespace mainstay::web {

class AccessStore {
 public:
  // `notice` is told what is wrong with the file.
  AccessStore(io::Loop& loop, std::filesystem::path state_dir, std::function<Now()> clock,
              std::function<void(const std::string&)> notice);
  ~AccessStore();
  AccessStore(const AccessStore&) = delete;
  AccessStore& operator=(const AccessStore&) = delete;

  // Once, before anything else. Blocks; the file is small.
  void load();

  // As it is on disk.
  const Access& access() const { return access_; }
  // After every change. Replaces an earlier one.
  void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }

  // Changes a copy; see access_changes.h. `fresh_key` are 64 random digits.
  using Edit = std::function<Status(Access&, WallTime now, const std::string& fresh_key)>;
  // One change after the other: `done` is told when it is on disk, or why it is not; then nothing
  // has changed. Never called from within.
  void change(Edit edit, std::function<void(const Status&)> done);

 private:
  struct Wish {
    Edit edit;
    std::function<void(const Status&)> done;
  };
  void next();
  void written(const Wish& wish, Access changed, const Status& status);

  io::Loop& loop_;
  std::filesystem::path state_dir_;
  std::function<Now()> clock_;
  std::function<void(const std::string&)> notice_;
  std::function<void()> on_change_;
  Access access_;
  std::deque<Wish> queue_;
  bool writing_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mainstay::web
