// The run request: bytes in a packet or, when there are many, in a sealed memfd; only the forked
// child reads them, so that a bad one hurts nobody else. Layout: RunRequest, then `limits` ×
// RunLimit, `groups` × u32, then NUL-terminated texts: cwd, the cgroup.procs files, the candidate
// paths, argv, the environment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mainstay::keeper {

inline constexpr std::uint32_t kRequestMagic = 0x5152534d;  // "MSRQ"
inline constexpr std::uint32_t kRequestVersion = 2;
inline constexpr std::size_t kMaxRequestBytes = 8 * 1024 * 1024;
inline constexpr std::uint32_t kMaxRequestTexts = 65536;  // of each kind

enum RequestFlags : std::uint32_t {
  kSetUser = 1,  // uid, gid and groups are meant
  kSetNice = 2,
  kNoNewPrivileges = 4,
};

struct RunLimit {
  std::uint32_t resource = 0;  // RLIMIT_…
  std::uint32_t reserved = 0;
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct RunRequest {
  std::uint32_t magic = kRequestMagic;
  std::uint32_t version = kRequestVersion;
  std::uint32_t size = 0;  // of the whole request
  std::uint32_t flags = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t umask = 022;
  std::int32_t nice = 0;
  std::uint32_t groups = 0;
  std::uint32_t limits = 0;
  std::uint32_t cgroups = 0;
  std::uint32_t candidates = 0;
  std::uint32_t arguments = 0;
  std::uint32_t environment = 0;
  std::uint32_t notify_fd = 0;  // with kNotifyPipe: the number of its write end; from 3 on
  std::uint32_t reserved = 0;   // what follows is aligned
};

static_assert(sizeof(RunRequest) % alignof(RunLimit) == 0);

// What failed in the child, in the order of things.
enum class Stage : std::uint32_t {
  Request = 1,  // these bytes are not a run request
  Output,       // giving the pipes to the service's user
  Cgroup,       // index: which cgroup
  Limits,       // index: which limit
  Nice,
  OomScore,
  Session,
  Groups,
  Group,
  User,
  Privileges,  // no_new_privs
  Directory,
  Descriptors,
  Run,  // index: the candidate that decided
};

// The one thing that is ever written into an error pipe.
struct StageFailure {
  Stage stage = Stage::Request;
  std::int32_t error = 0;
  std::uint32_t index = 0;
};

}  // namespace mainstay::keeper
