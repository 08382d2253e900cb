// When one check is looked at: at its moments, never twice at a time, and more often while it is
// eagerly waited for. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "checks/prober.h"
#include "io/loop.h"
#include "policy/check_state.h"

namespace mainstay::checks {

struct Plan {
  // Between two regular moments, from beginning to beginning: a slow look does not shift the next,
  // and one that takes longer than the interval leaves moments out.
  Duration interval = std::chrono::seconds{30};
  Duration timeout = std::chrono::seconds{5};
  Duration first{0};          // until the first regular moment
  bool eager = false;         // at once, and every eager_interval until it has passed once;
  Duration eager_interval;    // a look that is not at a regular moment does not count
  bool until_passed = false;  // that is the end of it
  bool goes_on = false;       // from what was known before: nothing has to be said at the beginning
};

// Where in its interval a check begins: even over all of them, and always the same for one.
Duration phase_of(std::string_view owner, std::size_t number, Duration interval);

class Repeated {
 public:
  using Report = std::function<void(policy::CheckResult)>;
  // Begins at once. `report` must only enqueue.
  Repeated(io::Loop& loop, std::function<Now()> clock, std::unique_ptr<Prober> prober, Plan plan,
           Report report);
  Repeated(const Repeated&) = delete;
  Repeated& operator=(const Repeated&) = delete;

  Prober& prober() { return *prober_; }

 private:
  void look();
  void on_answer(Answer answer);
  void schedule(MonoTime now);

  std::function<Now()> clock_;
  Plan plan_;
  Report report_;
  MonoTime regular_;   // the next regular moment
  MonoTime next_;      // the next look, when none is under way
  MonoTime asked_at_;  // the last one
  bool counts_ = false;
  bool passed_ = false;
  io::Timer timer_;
  std::unique_ptr<Prober> prober_;  // goes first: it may be about to answer
};

}  // namespace mainstay::checks
