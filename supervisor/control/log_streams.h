// Clients that follow logs. Followers read files, never pipes: a slow client costs no service
// anything.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/call.h"
#include "control/context.h"
#include "control/log_wish.h"
#include "logs/cuts_meanwhile.h"
#include "logs/directory.h"
#include "logs/follower.h"
#include "logs/log_reading.h"

namespace mainstay::control {

class LogStreams {
 public:
  // `serve_later` asks for another turn of the loop.
  LogStreams(Parts& parts, std::function<void()> serve_later);

  // Sends {"lines":[…]} until the client has enough; in the place of lines also
  //   "skipped_bytes":n          what a client that fell more than kBehind back has missed
  //   "started_over":["FILE"]    a log was truncated or replaced
  //   "problems":["cannot …"]    what cannot be read
  //   "joined":ID                the stream of that id gives what was sent before this, and no more
  // `instances` are what the wish's targets mean now.
  void add(const Call& call, LogWish wish, std::vector<InstanceId> instances);
  void grew(const std::string& file);
  void rotated(const logs::Rotated& rotated);
  // Instances will have come or gone by the next after_settle().
  void instances_change() { instances_change_ = true; }
  void after_settle();

  static constexpr std::uint64_t kBehind = 1024 * 1024;

 private:
  struct Stream {
    std::uint64_t number = 0;
    Call call;
    std::vector<std::string> targets{};
    std::optional<logs::Stream> only{};
    bool follow = true;
    std::uint64_t joins = 0;               // waits for that stream to say where it is
    std::vector<std::uint64_t> joiners{};  // who waits for this one
    bool told_rest = false;                // for them: also lines that may never get an end
    std::shared_ptr<logs::LogReading> reading{};
    std::deque<logs::Line> backlog{};            // read, not sent yet
    std::unique_ptr<logs::Follower> follower{};  // once the past is read
    std::set<std::string> files{};               // that it follows
    logs::CutsMeanwhile cuts_meanwhile{};        // while the past is read
    bool fell_behind = false;
    bool look_again = false;  // for instances that were added
  };

  void on_read(std::uint64_t number);
  Stream* stream(std::uint64_t number);
  Stream* joinable(const Call& call, const std::string& id);
  bool join(Stream& stream);
  void let_join(Stream& stream, Stream& joiner);
  void fail_lonely();
  void begin_to_follow(Stream& stream);
  void tell_problems(Stream& stream);
  std::function<void()> when_read(const Stream& stream);
  bool open_directory(const Call& call);
  void feed(Stream& stream);
  void send_backlog(Stream& stream);
  void send_new(Stream& stream, WallTime unfinished = {});
  void skip_what_is_too_old(Stream& stream);
  void add_new_instances(Stream& stream);

  Parts& parts_;
  std::function<void()> serve_later_;
  std::optional<logs::Directory> directory_;  // of the loop's thread, opened by the first follower
  bool instances_change_ = false;
  std::uint64_t last_number_ = 0;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace mainstay::control
