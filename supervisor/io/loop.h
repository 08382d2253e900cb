// libuv's box: one loop and the handles on it. All of it belongs to the loop's thread.
//
// Every handle is an object: its destructor silences the callback at once and closes the libuv
// handle, which libuv frees when it is done with it. A callback may destroy its own handle.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"

struct uv_loop_s;

namespace mainstay::io {

class Loop {
 public:
  Loop();
  ~Loop();  // runs what is closing to its end; every handle must be gone before
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until stop() or until no handle is left.
  void run();
  // One turn; with `wait` it goes on until anything happened: an event, a timer that was due,
  // stop().
  void run_once(bool wait);
  void stop();

  // Called once after every turn in which anything happened, and before the loop sleeps: the place
  // for Controller::settle. Replaces an earlier one.
  void set_after_turn(std::function<void()> callback);
  // How long until the next timer; nothing: none runs. For use in the after-turn callback.
  std::optional<Duration> next_timer() const;

  // Runs `work` on libuv's pool and then `done` here. Both are owned until then; a Loop that is
  // destroyed first waits for `work` and drops `done`.
  void in_worker(std::function<void()> work, std::function<void()> done);

  uv_loop_s* raw() { return loop_.get(); }

 private:
  friend class Timer;
  struct AfterTurn;
  void timer_fired();

  bool closing_ = false;
  bool running_once_ = false;
  std::unique_ptr<uv_loop_s> loop_;
  std::unique_ptr<AfterTurn> after_turn_;
};

// Fires once per start.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> callback);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // After `delay`, never before; up to two milliseconds later. Restarts a running timer.
  void start(Duration delay);
  void cancel();

 private:
  struct Handle;
  Handle* handle_;
};

enum Readiness : int { kReadable = 1, kWritable = 2, kHangup = 4, kPriority = 8 };

// Watches a descriptor that somebody else owns and that outlives the watch. Level-triggered.
// Destroy or pause() the watch before the descriptor is closed: duplicates elsewhere keep an epoll
// registration alive otherwise.
class FdWatch {
 public:
  // `callback` gets the Readiness bits; an error of the descriptor arrives as kReadable | kHangup.
  FdWatch(Loop& loop, int fd, std::function<void(int readiness)> callback);
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;

  // Readiness bits to wait for; 0 pauses.
  void want(int readiness);
  void pause() { want(0); }

 private:
  struct Handle;
  Handle* handle_;
};

// Calls back for every delivery of `signal_number` to this process.
class SignalWatch {
 public:
  SignalWatch(Loop& loop, int signal_number, std::function<void()> callback);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace mainstay::io
