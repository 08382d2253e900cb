// Look-ups of names for all checks: each name once at a time, few at once, and each answer good for
// a moment. Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "io/look_up.h"

namespace mainstay::checks {

class Names {
 public:
  using Addresses = Result<std::vector<io::SocketAddress>>;
  using Found = std::function<void(const Addresses&)>;
  // Looks one up; a fake in tests.
  using Resolve = std::function<std::unique_ptr<io::LookUp>(const std::string&, io::LookUp::Found)>;

  Names(io::Loop& loop, std::function<Now()> clock, std::size_t at_once = kAtOnce);
  Names(std::function<Now()> clock, Resolve resolve, std::size_t at_once = kAtOnce);
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // `found` is called once, from inside this call or later. The ticket is for the other two, until
  // then.
  std::uint64_t look_up(const std::string& name, Found found);
  void cancel(std::uint64_t ticket);
  // It waits for the look-ups of other names: an answer that is late says nothing of this one.
  bool waits_for_others(std::uint64_t ticket) const;

  // As many as libuv runs of its four threads (io/look_up.h).
  static constexpr std::size_t kAtOnce = 2;
  static constexpr Duration kGoodFor = std::chrono::seconds{10};

 private:
  struct Name {
    std::map<std::uint64_t, Found> waiting;
    bool queued = false;
    std::unique_ptr<io::LookUp> under_way;
    std::vector<io::SocketAddress> addresses;
    std::optional<MonoTime> at;  // of the addresses
  };
  void begin_next();
  void on_found(const std::string& name, const Addresses& addresses);
  void drop_old(MonoTime now);

  std::function<Now()> clock_;
  Resolve resolve_;
  std::size_t at_once_;
  std::map<std::string, Name> names_;
  std::deque<std::string> queue_;
  std::map<std::uint64_t, std::string> tickets_;  // those that wait
  std::size_t running_ = 0;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace mainstay::checks
