// The service manager that has started us, if it wants to hear from us: sd_notify(3) and
// sd_watchdog_enabled(3), by hand, as nothing here may allocate. Every call is nothing without one.
//
// One that reads slowly, or is flooded, hears readiness, reloads and stops as soon as it has room
// again: it waits for them. What is only for people to read is told once.
//
// Its variables are for us alone: controllers get them under other names, services not at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mainstay::keeper {

// Is this entry of the environment from a service manager and for us?
bool is_from_service_manager(const char* entry);
// What controllers get instead: entries of an environment.
std::vector<std::string> kept_entries();

class ServiceManager {
 public:
  // Reads the environment and leaves it as it is: the next program in this process needs it, too.
  static ServiceManager from_environment();

  // The controller serves. Also the end of a reload, with what it found.
  void ready(const char* status);
  void reloading(std::int64_t now);
  // Stopping may take so long from now on.
  void stopping(std::int64_t for_ns);
  // One line, for people.
  void status(const char* text);

  // Leaves what a controller stores under one of kLeftNames with the service manager, if that takes
  // it (FileDescriptorStoreMax=), instead of an earlier one of that name; other names are ignored.
  // A supervisor that dies as a whole finds it again (keeper/fd_store.h).
  void keep(const char* name, int fd);
  void forget(const char* name);
  void forget_all();

  // When act() is due, as CLOCK_MONOTONIC in ns; 0: nothing is.
  std::int64_t next_due() const;
  // Says what is owed, and beats when that is due and we are `alive`.
  void act(std::int64_t now, bool alive);

 private:
  // False: it has no room now. One that is gone, or takes nothing of us, has heard it.
  bool send(const char* text, int fd = -1);
  void say_owed();
  void beat(std::int64_t now, bool alive);

  int socket_ = -1;
  bool keeps_ = false;  // offers its store
  std::int64_t interval_ = 0;
  std::int64_t next_beat_ = 0;  // 0: none is wanted
  std::int64_t retry_at_ = 0;   // while something is owed
  char owed_reload_[128] = {};  // that one has begun; said before the state
  char owed_state_[512] = {};
  unsigned length_ = 0;  // of address_
  alignas(8) char address_[128] = {};
};

}  // namespace mainstay::keeper
