// What an earlier supervisor, which died, had left with the service manager (sd_listen_fds(3)): see
// ServiceManager::keep().
#pragma once

namespace mainstay::keeper {

// What is left there, by the names of the descriptors that controllers store.
inline constexpr const char* kLeftNames[] = {"config", "state"};
inline constexpr int kMostLeft = 2;
// Before those names when they are stored for the first controller of this supervisor.
inline constexpr const char* kLeftPrefix = "left-";

// In the order of kLeftNames; -1: none.
struct Left {
  int fds[kMostLeft] = {-1, -1};
};

// From the environment, which is cleaned: the numbers mean nothing to a later program. Others than
// those we know are not touched.
Left take_left();

}  // namespace mainstay::keeper
