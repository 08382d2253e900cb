// What keeper and controller say to each other: fixed messages over one AF_UNIX SOCK_SEQPACKET
// pair, one message a packet, descriptors by SCM_RIGHTS. Both ends are on one machine, so integers
// are in its byte order; both check every size, type and text they get.
//
// A new controller says Hello and gets Welcome, Stored for every stored descriptor, Run (and Ended)
// for every run that is held, then AllThere. Nothing is queued in the keeper: it marks what a
// controller has to know and sends when the socket takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mainstay::keeper {

inline constexpr std::uint32_t kProtocolVersion = 3;
inline constexpr std::size_t kLabelBytes = 96;  // "backend:0", NUL included
inline constexpr std::size_t kNameBytes = 32;   // of a stored descriptor, NUL included
inline constexpr std::size_t kPathBytes = 512;
inline constexpr std::size_t kFoundBytes = 256;
inline constexpr std::size_t kMaxRuns = 16384;
inline constexpr std::size_t kMaxStored = 64;
inline constexpr std::size_t kMaxMessageFds = 6;
// What a run request may have to travel in the packet of its Spawn.
inline constexpr std::size_t kMaxInlineRequest = 16 * 1024;
inline constexpr std::size_t kMaxMessageBytes = 1024 + kMaxInlineRequest;

// Told by an environment variable to a keeper that a controller without one has become: a
// descriptor for the next controller, stored under kHandoverName (process/handover.h).
inline constexpr const char* kHandoverVariable = "MAINSTAY_HANDOVER_FD";
inline constexpr const char* kHandoverName = "handover";
// Set for a controller whose supervisor had been upgraded and has gone back to the old programs.
inline constexpr const char* kFellBackVariable = "MAINSTAY_FELL_BACK";

// Tokens from here on name auxiliary runs (stop commands, secret commands); below are RunIds.
inline constexpr std::uint64_t kFirstAuxiliaryToken = std::uint64_t{1} << 63;

// A controller gets NOTIFY_SOCKET and WATCHDOG_USEC so: for the day that it becomes the keeper.
inline constexpr const char* kKeptSocketVariable = "MAINSTAY_NOTIFY_SOCKET";
inline constexpr const char* kKeptWatchdogVariable = "MAINSTAY_WATCHDOG_USEC";

enum class MessageType : std::uint32_t {
  // controller → keeper
  Hello = 1,
  Spawn,
  Settled,
  Release,
  Store,
  Drop,
  Pong,
  StopBudget,
  Finish,
  Adopt,
  Pause,
  Upgrade,
  Reloaded,
  Replace,
  // keeper → controller
  Welcome = 64,
  Stored,
  Run,
  Refused,
  Ended,
  AllThere,
  Terminate,
  Ping,
  Paused,
  Reload,
};

// A message that says nothing but what it is.
template <MessageType kType>
struct Plain {
  MessageType type = kType;
  std::uint32_t reserved = 0;
};

struct Hello {
  MessageType type = MessageType::Hello;
  std::uint32_t version = kProtocolVersion;
};

enum SpawnFlags : std::uint32_t {
  kPipeOut = 1,        // 1 is a pipe, else /dev/null
  kPipeErr = 2,        // 2 is a pipe of its own, else /dev/null
  kMergeErr = 4,       // 2 is the same pipe as 1 (with kPipeOut)
  kIntoCgroup = 8,     // a cgroup v2 folder to be born in comes along
  kInline = 16,        // the run request follows the message in its packet, and no memfd comes
  kNotifySocket = 32,  // a socket comes along, which is held with the run and not given to it
  kNotifyPipe = 64,    // a pipe whose write end is the run's descriptor RunRequest::notify_fd
  kGiven = 128,        // a descriptor comes along that is kGivenNumber in the program
};
inline constexpr int kGivenNumber = 3;

// Among the flags of a Run: not started by this keeper (Adopt).
inline constexpr std::uint32_t kForeign = 0x80000000;

// With the sealed memfd of the run request (keeper/request.h) unless that is inline, then perhaps a
// cgroup folder, then perhaps a socket, then perhaps the given descriptor.
// Answered by Run or Refused; a token that is held is answered with what there is, and starts
// nothing.
struct Spawn {
  MessageType type = MessageType::Spawn;
  std::uint32_t flags = 0;
  std::uint64_t token = 0;
  char label[kLabelBytes] = {};
};

// The controller has read the error pipe of the run to its end: the keeper may close its copy.
struct Settled {
  MessageType type = MessageType::Settled;
  std::uint32_t reserved = 0;
  std::uint64_t token = 0;
};

// Forget the run: its exit is recorded. Before it ended, this only says that nobody wants to know.
struct Release {
  MessageType type = MessageType::Release;
  std::uint32_t reserved = 0;
  std::uint64_t token = 0;
};

// Keep this descriptor (one comes along) under a name, instead of an earlier one of that name.
struct Store {
  MessageType type = MessageType::Store;
  std::uint32_t reserved = 0;
  char name[kNameBytes] = {};
};
struct Drop {
  MessageType type = MessageType::Drop;
  std::uint32_t reserved = 0;
  char name[kNameBytes] = {};
};

using Pong = Plain<MessageType::Pong>;

// How long an orderly stop of everything may take, and a folder with a cgroup.kill for all services
// (empty: none): what the keeper uses when it has to end everything by itself.
struct StopBudget {
  MessageType type = MessageType::StopBudget;
  std::uint32_t milliseconds = 0;
  char cgroup_root[kPathBytes] = {};
};

// Everything is stopped: make sure of it and exit with the code.
struct Finish {
  MessageType type = MessageType::Finish;
  std::int32_t code = 0;
};

// A run of an earlier supervisor, or of the program that was ours before: it is held from now on as
// if it had been started by this one, child of ours or not, and its end is told. Comes with the
// descriptors of `handles`, kHasPidfd always among them. Not answered; a token that is held stays
// as it is.
struct Adopt {
  MessageType type = MessageType::Adopt;
  std::uint32_t handles = 0;  // RunHandles
  std::uint64_t token = 0;
  std::int32_t pid = 0;
  std::uint32_t reserved = 0;
  std::int64_t spawned_mono_ns = 0;
  char label[kLabelBytes] = {};
};

// Reap nothing from now on, so that no exit is known to us alone; answered by Paused behind every
// exit that is. The pause ends with the controller.
using Pause = Plain<MessageType::Pause>;

// While paused: when the controller has ended, run the program that is installed now in our place.
// Comes with three descriptors: the handover for its controller, a second one in reserve, and the
// program of this controller, to go back to.
using Upgrade = Plain<MessageType::Upgrade>;

// What came of the Reload of that number, and so of all before it, as one line for the service
// manager.
struct Reloaded {
  MessageType type = MessageType::Reloaded;
  std::uint32_t number = 0;
  char found[kFoundBytes] = {};
};

// Last words: this controller makes room for the next one. Its end is no crash, and the next one is
// started at once.
using Replace = Plain<MessageType::Replace>;

// Comes with a timerfd (CLOCK_MONOTONIC): while it does not expire, the keeper takes the controller
// to be alive; when it does, the keeper asks with Ping. A disarmed one never expires.
struct Welcome {
  MessageType type = MessageType::Welcome;
  std::uint32_t version = kProtocolVersion;
  std::int32_t keeper_pid = 0;
  std::uint32_t generation = 0;         // 1 for the first controller of this keeper
  std::uint64_t largest_token = 0;      // of all RunIds ever seen
  std::uint64_t largest_auxiliary = 0;  // of all auxiliary tokens ever seen, or 0
  std::int64_t started_mono_ns = 0;     // when the keeper started
  std::uint64_t files_soft = 0;         // RLIMIT_NOFILE as it was when the keeper started
  std::uint64_t files_hard = 0;
  std::uint64_t core_soft = 0;  // RLIMIT_CORE, likewise
};

// With one descriptor.
struct Stored {
  MessageType type = MessageType::Stored;
  std::uint32_t reserved = 0;
  char name[kNameBytes] = {};
};

enum RunHandles : std::uint32_t {
  kHasPidfd = 1,
  kHasError = 2,
  kHasOut = 4,
  kHasErr = 8,
  kHasNotifySocket = 16,
  kHasNotifyPipe = 32,  // its read end
};
inline constexpr std::uint32_t kRunHandles = 6;  // how many there are

// A run that is held, with its descriptors in the order of RunHandles. The error pipe gives one
// StageFailure (keeper/request.h) if the program did not come to run, and its end otherwise.
struct Run {
  MessageType type = MessageType::Run;
  std::uint32_t handles = 0;
  std::uint64_t token = 0;
  std::int32_t pid = 0;
  std::uint32_t flags = 0;  // SpawnFlags
  std::int64_t spawned_mono_ns = 0;
  char label[kLabelBytes] = {};
};

enum class RefusedAt : std::uint32_t { Request = 1, Table, Pipes, Fork };

// Nothing was started, because of errno `error`.
struct Refused {
  MessageType type = MessageType::Refused;
  RefusedAt at = RefusedAt::Request;
  std::uint64_t token = 0;
  std::int32_t error = 0;
  std::uint32_t reserved = 0;
};

// A wait status that no process can end with: nobody could tell how the run ended.
inline constexpr int kUnknownStatus = 0x7f;

// The exit record; kept until Release.
struct Ended {
  MessageType type = MessageType::Ended;
  std::int32_t wait_status = 0;
  std::uint64_t seq = 0;
  std::uint64_t token = 0;
  std::int32_t pid = 0;
  std::uint32_t reserved = 0;
  std::int64_t cpu_ns = 0;
  std::uint64_t peak_memory_bytes = 0;
  std::int64_t ended_mono_ns = 0;
};

struct AllThere {
  MessageType type = MessageType::AllThere;
  std::uint32_t runs = 0;
};

// TERM, INT or QUIT came to the keeper, or HUP on a terminal: stop everything. `count` of them so
// far.
struct Terminate {
  MessageType type = MessageType::Terminate;
  std::int32_t signal = 0;
  std::uint32_t count = 0;
  std::uint32_t reserved = 0;
};

using Ping = Plain<MessageType::Ping>;

// HUP came to the keeper: apply the ecosystem file as it is now. Answered by Reloaded, by this
// controller or the next; one that another follows may be left without an answer of its own.
struct Reload {
  MessageType type = MessageType::Reload;
  std::uint32_t number = 0;  // how many there were
};

using Paused = Plain<MessageType::Paused>;

// `bytes` as a T, if size and type are those of a T.
template <typename T>
bool read_message(const void* bytes, std::size_t size, T& out) {
  MessageType type;
  if (size != sizeof(T)) return false;
  std::memcpy(&type, bytes, sizeof type);
  if (type != T{}.type) return false;
  std::memcpy(&out, bytes, sizeof out);
  return true;
}

// Does a text field end within its bounds?
template <std::size_t N>
bool is_terminated(const char (&text)[N]) {
  return std::memchr(text, 0, N) != nullptr;
}

}  // namespace mainstay::keeper
