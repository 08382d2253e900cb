// Random walks through what may happen, with what must always hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/world.h"

namespace mainstay::sim {

// splitmix64: the same seed gives the same walk everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound);
  bool chance(double probability);
  Duration between(Duration least, Duration most);

 private:
  std::uint64_t state_;
};

// One world with services as the dice fall, until it has been shut down or has taken its steps.
class Walk {
 public:
  explicit Walk(std::uint64_t seed);
  // Takes up to `steps`; returns how many. Stops at the first violation.
  std::uint64_t run(std::uint64_t steps);
  const std::vector<std::string>& violations() const { return world_.violations; }
  std::uint64_t takeovers() const { return takeovers_; }
  std::uint64_t requests() const { return requests_; }
  std::uint64_t starts() const { return starts_; }

 private:
  struct Asked {
    runtime::RequestId id;
    MonoTime at;
  };

  void declare_services();
  void declare_health(model::ServiceSpec& spec);
  void declare_restart(model::RestartPolicy& restart, bool job);
  Life any_life(bool job);
  void move();
  void wish();
  void meddle();
  void die_and_take_over();
  void check();
  void check_instance(InstanceId id);
  void check_requests();
  void check_backoff(const runtime::Event& event);
  void check_same(const std::vector<runtime::InstanceStatus>& before);
  void shut_down();
  void violated(const std::string& what);
  std::vector<runtime::InstanceStatus> snapshot();
  const std::string& any_service();

  Dice dice_;
  World world_;
  std::vector<std::string> names_;
  std::vector<bool> is_job_;
  std::map<std::string, model::RestartPolicy> policies_;
  std::vector<Asked> asked_;
  bool over_ = false;
  std::uint64_t takeovers_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t starts_ = 0;
};

}  // namespace mainstay::sim
