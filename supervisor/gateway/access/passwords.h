// Compares passwords with their hashes (crypt(3), yescrypt) in the worker pool: one at a time, for
// each takes 16 MiB and tens of milliseconds. Loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "io/loop.h"

namespace mainstay::gateway {

// Any thread. An empty hash is nobody's: it takes as long, and is never right.
bool is_password(const std::string& password, const std::string& hash);

class Passwords {
 public:
  // So many wait; more are sent away.
  static constexpr std::size_t kMost = 8;

  // `loop` outlives this and what it has begun.
  explicit Passwords(io::Loop& loop) : loop_(loop) {}

  // What is asked when its turn comes, just before the work: false drops it, and `done` is not
  // called.
  using StillWanted = std::function<bool()>;
  using Done = std::function<void(bool right)>;
  // False: too many wait already, nothing is called.
  bool check(std::string password, std::string hash, StillWanted still_wanted, Done done);

 private:
  struct Waiting {
    std::string password;
    std::string hash;
    StillWanted still_wanted;
    Done done;
  };
  void next();

  io::Loop& loop_;
  std::deque<Waiting> queue_;
  bool working_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mainstay::gateway
