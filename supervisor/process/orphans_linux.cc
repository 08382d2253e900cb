#include "process/orphans_linux.h"

#include "process/tree.h"

namespace mainstay::process {

namespace {

// Remembered orphans; far above what is normal, so that forgetting all of them costs nothing that
// matters.
constexpr std::size_t kRemembered = 4096;

}  // namespace

std::string cookie_prefix(std::string_view cookie_root, std::string_view instance) {
  std::string prefix{cookie_root};
  prefix += instance;
  prefix += '/';
  return prefix;
}

const std::string& OrphanOwners::named_by_cookie(const Proc& proc, const ProcStat& process) {
  if (const auto known = known_.find(process.pid);
      known != known_.end() && known->second.start_time == process.start_time) {
    return known->second.instance;
  }
  // Nothing found is not remembered: a child of the keeper that has not yet become its program has
  // no cookie.
  const auto cookie = proc.environment_value(process.pid, kCookieVariable);
  if (!cookie || !cookie->starts_with(cookie_root_)) return none_;
  std::string instance = cookie->substr(cookie_root_.size());
  const auto slash = instance.rfind('/');
  if (slash == std::string::npos) return none_;
  instance.resize(slash);
  make_room();
  return known_.insert_or_assign(process.pid, Known{process.start_time, std::move(instance)})
      .first->second.instance;
}

bool OrphanOwners::owns(const Proc& proc, const ProcStat& process, std::string_view instance,
                        int main_pid) {
  const std::string& named = named_by_cookie(proc, process);
  if (!named.empty()) return named == instance;
  return main_pid != 0 && (process.session == main_pid || process.pgrp == main_pid);
}

void OrphanOwners::make_room() {
  if (known_.size() >= kRemembered) known_.clear();
}

}  // namespace mainstay::process
