#include "runtime/requests.h"

#include <utility>

#include "policy/public_status.h"

namespace mainstay::runtime {

Outcome outcome_for(const InstanceTable& table, const Instance& instance, bool ok,
                    std::string message) {
  return {instance.id, table.shown_name(instance), ok, policy::public_state(instance.machine),
          std::move(message)};
}

RequestId Requests::open() {
  const RequestId id{next_++};
  requests_.emplace(id.value, Request{});
  return id;
}

void Requests::expect(RequestId id, InstanceId instance, Expectation expectation, RunId baseline) {
  const auto request = requests_.find(id.value);
  if (request == requests_.end()) return;  // forgotten before it began
  const std::size_t position = request->second.outcomes.size();
  request->second.outcomes.emplace_back();
  ++request->second.waiting;
  pending_.emplace(instance, Pending{id, position, expectation, baseline});
}

void Requests::add_outcome(RequestId id, Outcome outcome) {
  const auto request = requests_.find(id.value);
  if (request != requests_.end()) request->second.outcomes.push_back(std::move(outcome));
}

void Requests::close(RequestId id) {
  const auto request = requests_.find(id.value);
  if (request != requests_.end()) --request->second.waiting;
}

std::vector<Requests::Pending> Requests::pending_on(InstanceId instance) const {
  std::vector<Pending> found;
  const auto [first, last] = pending_.equal_range(instance);
  for (auto at = first; at != last; ++at)
    found.push_back(at->second);
  return found;
}

void Requests::settle(InstanceId instance, const Pending& pending, Outcome outcome) {
  const auto [first, last] = pending_.equal_range(instance);
  for (auto at = first; at != last; ++at) {
    if (at->second.request != pending.request || at->second.position != pending.position) continue;
    pending_.erase(at);
    Request& request = requests_.at(pending.request.value);
    request.outcomes[pending.position] = std::move(outcome);
    --request.waiting;
    return;
  }
}

std::optional<std::vector<Outcome>> Requests::take_finished(RequestId id) {
  const auto request = requests_.find(id.value);
  if (request == requests_.end() || request->second.waiting > 0) return std::nullopt;
  std::vector<Outcome> outcomes = std::move(request->second.outcomes);
  requests_.erase(request);
  return outcomes;
}

void Requests::forget(RequestId id) {
  requests_.erase(id.value);
  std::erase_if(pending_, [&](const auto& entry) { return entry.second.request == id; });
}

}  // namespace mainstay::runtime
