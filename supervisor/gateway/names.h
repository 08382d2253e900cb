// Looks names up, off the loop, with a bounded number of threads whatever is asked: each name once
// at a time, its answer kept for a moment. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "io/loop.h"

namespace mainstay::gateway {

struct Addresses {
  std::vector<std::string> addresses;  // numeric, the best first
  std::string problem;                 // why there are none: "name or service not known"
  bool ours = false;                   // the problem is one of this machine
};

// getaddrinfo(3) for TCP. Blocks: for a worker.
Addresses look_up_name(const std::string& name);

class Names {
 public:
  using LookUp = std::function<Addresses(const std::string&)>;
  explicit Names(io::Loop& loop, LookUp look_up = look_up_name);
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // Calls `done` once: now, when the answer is known, or from the loop. `token` is the caller's,
  // and is used once at a time.
  void look_up(const std::string& name, std::uint64_t token,
               std::function<void(const Addresses&)> done);
  // `done` is not called any more. What nobody waits for is not looked up, unless it has begun.
  void cancel(const std::string& name, std::uint64_t token);

 private:
  struct Known {
    Addresses addresses;
    MonoTime until;
  };
  struct Job;  // shared with a worker
  struct Pending {
    std::shared_ptr<Job> job;
    std::map<std::uint64_t, std::function<void(const Addresses&)>> waiting;
  };
  void begin(const std::string& name, Pending& pending);
  void on_answer(const std::string& name);
  void make_room(MonoTime now);

  io::Loop& loop_;
  LookUp look_up_;
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<std::string, Pending> pending_;
};

}  // namespace mainstay::gateway
