// What the keeper says, taken from the wire (keeper/protocol.h) and checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"
#include "keeper/protocol.h"

namespace mainstay::process {

struct KeeperWelcome {
  int keeper_pid = 0;
  std::uint32_t generation = 0;  // 1: the first controller; more: one before us died
  std::uint64_t largest_run = 0;
  std::uint64_t largest_auxiliary = 0;
  MonoTime started;
  std::uint64_t files_soft = 0;  // RLIMIT_NOFILE that services get when nothing is declared
  std::uint64_t files_hard = 0;
  std::uint64_t core_soft = 0;  // RLIMIT_CORE, likewise
};

// A run that the keeper holds, with our own copies of its descriptors.
struct KeeperRun {
  std::uint64_t token = 0;
  std::string label;
  int pid = 0;
  std::uint32_t flags = 0;  // keeper::SpawnFlags, or kForeign
  MonoTime spawned;
  UniqueFd pidfd;
  UniqueFd error;  // empty once settled
  UniqueFd out;
  UniqueFd err;
  UniqueFd notify_socket;
  UniqueFd notify_pipe;
};

struct KeeperRefusal {
  std::uint64_t token = 0;
  keeper::RefusedAt at = keeper::RefusedAt::Request;
  int error_number = 0;
};

struct KeeperExit {
  std::uint64_t token = 0;
  std::uint64_t seq = 0;
  int pid = 0;
  int wait_status = 0;
  Duration cpu{0};
  std::uint64_t peak_memory_bytes = 0;
  MonoTime at;
};

struct KeeperStored {
  std::string name;
  UniqueFd fd;
};
// Welcome as it comes; the timer stays with the client (keeper/protocol.h Welcome).
struct KeeperGreeting {
  KeeperWelcome welcome;
  UniqueFd alive_timer;
};
struct KeeperAllThere {};
struct KeeperTerminate {
  int signal = 0;
  unsigned count = 0;
};
struct KeeperPing {};
struct KeeperPaused {};
struct KeeperReload {
  std::uint32_t number = 0;
};

using KeeperMessage =
    std::variant<KeeperGreeting, KeeperStored, KeeperRun, KeeperRefusal, KeeperExit, KeeperAllThere,
                 KeeperTerminate, KeeperPing, KeeperPaused, KeeperReload>;

// One packet and its descriptors as a message; an error when size, type, texts or the number of
// descriptors are not those of the protocol. All of `fds` are taken (closed if not wanted).
Result<KeeperMessage> decode_keeper_message(std::string_view packet, std::vector<UniqueFd> fds);

}  // namespace mainstay::process
