// What has to do with logs beside capturing them: who is told of a rotation, archives, and our own
// log. Loop thread only.
#pragma once

#include <map>
#include <string>

#include "checks/engine.h"
#include "control/server.h"
#include "io/loop.h"
#include "logs/archiver.h"
#include "logs/capture.h"
#include "own_log.h"
#include "own_log_rotation.h"
#include "runtime/controller.h"

namespace mainstay {

class LogKeeping {
 public:
  LogKeeping(io::Loop& loop, logs::Directory& directory, logs::Capture& capture,
             runtime::Controller& controller, checks::Engine& checks, OwnLog& own_log);
  ~LogKeeping();
  LogKeeping(const LogKeeping&) = delete;
  LogKeeping& operator=(const LogKeeping&) = delete;

  // From now on logs are cut, and `server` is told.
  void begin(control::Server& server);
  logs::Archiver& archiver() { return archiver_; }

 private:
  void on_rotation(const logs::Rotated& rotated);
  void announce(const logs::Rotated& rotated);
  void on_dropped(const logs::Dropped& dropped);
  void say(const Error& error);

  // A log that is cut many times a second makes one event in ten seconds.
  struct News {
    MonoTime at;
    int more = 0;  // cuts since
  };

  logs::Capture& capture_;
  runtime::Controller& controller_;
  checks::Engine& checks_;
  OwnLog& own_log_;
  logs::Archiver archiver_;
  OwnLogRotation own_rotation_;
  control::Server* server_ = nullptr;
  std::map<std::string, News> news_;  // by log
};

}  // namespace mainstay
