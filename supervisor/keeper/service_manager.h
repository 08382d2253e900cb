// The service manager that has started us, if it wants to hear from us: sd_notify(3) and
// sd_watchdog_enabled(3), by hand, as nothing here may allocate. Every call is nothing without one.
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

  // When the next heartbeat is due, as CLOCK_MONOTONIC in ns; 0: none is wanted.
  std::int64_t next_beat() const { return next_beat_; }
  // Beats when it is due and `alive`.
  void beat(std::int64_t now, bool alive);

 private:
  void send(const char* text, int fd = -1);

  int socket_ = -1;
  bool keeps_ = false;  // offers its store
  std::int64_t interval_ = 0;
  std::int64_t next_beat_ = 0;
  unsigned length_ = 0;  // of address_
  alignas(8) char address_[128] = {};
};

}  // namespace mainstay::keeper
