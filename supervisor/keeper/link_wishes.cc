// What controllers ask of the keeper that is not about a single run.
#include <cstring>

#include "keeper/link.h"
#include "keeper/say.h"

namespace mainstay::keeper {

void Link::on_store(const Store& store, Packet& packet) {
  if (!is_terminated(store.name) || packet.fds[0] < 0) return complain("Store");
  manager_.keep(store.name, packet.fds[0]);
  if (!store_.store(store.name, packet.fds[0]))
    say("cannot keep descriptor %s: too many", store.name);
  packet.fds[0] = -1;
}

void Link::on_drop(const Drop& drop) {
  if (!is_terminated(drop.name)) return complain("Drop");
  manager_.forget(drop.name);
  store_.drop(drop.name);
}

void Link::on_budget(const StopBudget& budget) {
  if (!is_terminated(budget.cgroup_root)) return complain("StopBudget");
  wishes_.ready = true;
  wishes_.stop_budget_ms = budget.milliseconds;
  std::memcpy(wishes_.cgroup_root, budget.cgroup_root, sizeof wishes_.cgroup_root);
}

void Link::reload() {
  ++reload_number_;
  reload_due_ = reloads_ = true;
}

void Link::on_reloaded(const Reloaded& reloaded) {
  if (!is_terminated(reloaded.found)) return complain("Reloaded");
  // The file may have changed between an earlier look and the latest wish.
  if (reloaded.number != reload_number_) return;
  reloads_ = false;
  std::memcpy(found_, reloaded.found, sizeof found_);
}

}  // namespace mainstay::keeper
