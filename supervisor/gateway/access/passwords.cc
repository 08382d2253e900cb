#include "gateway/access/passwords.h"

#include <crypt.h>

#include <utility>

#include "gateway/access/digest.h"
#include "mainstay/access.h"

namespace mainstay::gateway {

namespace {

// Costs what every other does, and nothing is hashed to what comes of it.
constexpr const char* kNobodysSetting = "$y$j9T$nobodyknowsthissalt/./$";

struct Work {
  std::string password;
  std::string hash;
  bool right = false;
};

}  // namespace

bool is_password(const std::string& password, const std::string& hash) {
  // crypt(3) ends at a zero byte: what follows it would not count.
  const bool whole = password.size() <= kLongestPassword && password.find('\0') == password.npos;
  const auto room = std::make_unique<crypt_data>();
  const char* setting = hash.empty() ? kNobodysSetting : hash.c_str();
  const char* made = crypt_r(whole ? password.c_str() : "", setting, room.get());
  // What cannot be hashed gives "*0", which no hash is.
  const std::string text = made != nullptr ? made : "";
  return whole && !hash.empty() && equal_in_constant_time(text, hash);
}

bool Passwords::check(std::string password, std::string hash, StillWanted still_wanted, Done done) {
  if (queue_.size() >= kMost) {
    wipe(password);
    return false;
  }
  queue_.push_back(
      {std::move(password), std::move(hash), std::move(still_wanted), std::move(done)});
  next();
  return true;
}

void Passwords::next() {
  while (!working_ && !queue_.empty()) {
    Waiting turn = std::move(queue_.front());
    queue_.pop_front();
    if (!turn.still_wanted()) {
      wipe(turn.password);
      continue;
    }
    working_ = true;
    const auto work = std::make_shared<Work>(Work{std::move(turn.password), std::move(turn.hash)});
    loop_.in_worker(
        [work] {
          work->right = is_password(work->password, work->hash);
          wipe(work->password);
        },
        [this, work, done = std::move(turn.done), alive = std::weak_ptr{alive_}] {
          if (alive.expired()) return;
          working_ = false;
          done(work->right);
          if (!alive.expired()) next();
        });
  }
}

}  // namespace mainstay::gateway
