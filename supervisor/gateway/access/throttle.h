// Slows guessing down: who fails to log in has to wait, longer every time. Pure, bounded memory.
//
// An address waits for what it did itself; for what others did to the same user it waits only when
// it has failed as well. So nobody can lock somebody else out: whoever knows the password comes in
// from an address that has not failed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::gateway {

class Throttle {
 public:
  // Failures that cost nothing; then one second, two, four, …
  static constexpr int kFree = 5;
  static constexpr Duration kLongestWait = std::chrono::minutes{5};
  // Without any failure for so long all is forgotten.
  static constexpr Duration kForgotten = std::chrono::minutes{15};
  // Of addresses and of users each; above, the one with the oldest failure is forgotten.
  static constexpr std::size_t kMost = 2048;

  // How long until the next try; 0: now.
  Duration wait(std::string_view address, std::string_view user, MonoTime now) const;
  void failed(std::string_view address, std::string_view user, MonoTime now);
  // The user's count begins anew; the address's does not: else one known password would give as
  // many free guesses at the others.
  void succeeded(std::string_view user);

  std::size_t size() const { return addresses_.size() + users_.size(); }

 private:
  struct Count {
    int failures = 0;
    MonoTime latest;
  };
  using Table = std::map<std::string, Count, std::less<>>;

  static void count(Table& table, std::string key, MonoTime now);
  static Duration left(const Table& table, std::string_view key, MonoTime now);
  static bool remembers(const Table& table, std::string_view key, MonoTime now);

  Table addresses_;
  Table users_;
};

// What counts as one address: an IPv4 address, and the first 64 bits of an IPv6 one, of which one
// machine has as many as it likes.
std::string throttled_as(std::string_view address);

}  // namespace mainstay::gateway
