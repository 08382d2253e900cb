// Rotates our own log, supervisor.log, which is our stderr and the keeper's: it cannot get another
// file, so what it holds is copied to an archive and it is emptied. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "io/loop.h"
#include "logs/archive_names.h"
#include "logs/directory.h"

namespace mainstay {

class OwnLogRotation {
 public:
  // `on_archive`: there is a new archive. `on_failure`: it could not be made; the log goes on.
  OwnLogRotation(io::Loop& loop, logs::Directory& directory, std::function<void()> on_archive,
                 std::function<void(const Error&)> on_failure, int fd = 2);
  ~OwnLogRotation();
  OwnLogRotation(const OwnLogRotation&) = delete;
  OwnLogRotation& operator=(const OwnLogRotation&) = delete;

  void begin(std::span<const logs::ArchiveName> archives);
  // After a line was written. Rotates when stderr is supervisor.log and has reached its size: a
  // worker copies, and what came meanwhile is added before the log is emptied.
  void look();

 private:
  struct Copy;

  bool is_ours() const;
  void start(std::uint64_t size);
  void finish(Copy& copy);
  Status add_rest_and_empty(Copy& copy);

  io::Loop& loop_;
  logs::Directory& directory_;
  std::function<void()> on_archive_;
  std::function<void(const Error&)> on_failure_;
  int fd_;
  logs::ArchiveTimes times_;
  std::uint64_t limit_;  // above it, it is rotated
  bool begun_ = false;
  bool busy_ = false;
  std::shared_ptr<bool> alive_;
};

}  // namespace mainstay
