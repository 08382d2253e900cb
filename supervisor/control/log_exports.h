// Logs on their way into somebody's file: all that is wanted of them as they are now, however large
// they are. The client sets the pace: what it has not asked for is not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "control/call.h"
#include "control/context.h"
#include "control/log_wish.h"
#include "logs/log_reading.h"

namespace mainstay::control {

class LogExports {
 public:
  explicit LogExports(Parts& parts) : parts_(parts) {}

  // Sends {"data":base64}: bytes as they were printed, lines of several logs in the order of time.
  // kAhead items at first, then one for each more(). The answer is {"ended":true}, with "problems"
  // when files could not be read. Fails when kMost go on already.
  void add(const Call& call, LogWish wish, const std::vector<InstanceId>& instances);
  // Another item of the export of that id, which the same client has begun; false: there is none.
  bool more(const Call& asker, const std::string& id);
  void after_settle();

  static constexpr std::size_t kAhead = 2;
  static constexpr std::size_t kMost = 16;  // each keeps files open and some hundred KiB

 private:
  struct Export {
    std::uint64_t number = 0;
    Call call;
    std::shared_ptr<logs::LogReading> reading;
    std::string unsent{};
    std::size_t sent = 0;  // of it
    std::size_t credit = kAhead;
    std::string unfinished{};  // the log whose last line has no newline yet
  };

  void on_read(std::uint64_t number);
  void append(Export& exported);
  void feed(Export& exported);
  void send_piece(Export& exported);

  Parts& parts_;
  std::uint64_t last_number_ = 0;
  std::vector<std::unique_ptr<Export>> exports_;
};

}  // namespace mainstay::control
