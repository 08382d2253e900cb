// What people wait for: requests, and for each instance in them whether it has come to rest as
// asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "runtime/controller.h"
#include "runtime/instance_table.h"

namespace mainstay::runtime {

// How it turned out for the instance, as it is now.
Outcome outcome_for(const InstanceTable& table, const Instance& instance, bool ok,
                    std::string message);

// What an instance has to come to.
enum class Expectation : std::uint8_t { Up, NewRun, Down, Removed };

class Requests {
 public:
  RequestId open();
  struct Pending {
    RequestId request;
    std::size_t position = 0;  // among the outcomes
    Expectation expectation = Expectation::Up;
    RunId baseline;  // NewRun: a later run than this
  };

  // Adds an instance to the request: settled later, or at once.
  void expect(RequestId id, InstanceId instance, Expectation expectation, RunId baseline);
  void add_outcome(RequestId id, Outcome outcome);
  // All instances have been added.
  void close(RequestId id);

  // Nobody has forgotten it, and nobody has taken its outcomes.
  bool is_open(RequestId id) const { return requests_.contains(id.value); }
  bool empty() const { return pending_.empty(); }
  // What is waited for of the instance.
  std::vector<Pending> pending_on(InstanceId instance) const;
  void settle(InstanceId instance, const Pending& pending, Outcome outcome);

  std::optional<std::vector<Outcome>> take_finished(RequestId id);
  void forget(RequestId id);

 private:
  struct Request {
    std::vector<Outcome> outcomes;
    std::size_t waiting = 1;  // instances, and 1 until closed
  };

  std::uint64_t next_ = 1;
  std::unordered_map<std::uint64_t, Request> requests_;
  std::multimap<InstanceId, Pending> pending_;
};

}  // namespace mainstay::runtime
