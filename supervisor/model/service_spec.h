// What the ecosystem file says of one service (ECOSYSTEM "services"), validated. Plain data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "model/template.h"

namespace mainstay::model {

// A value that is read anew at every start and shown nowhere.
struct SecretFile {
  std::filesystem::path path;  // absolute
  bool operator==(const SecretFile&) const = default;
};
struct SecretCommand {
  std::vector<std::string> argv;  // run in the service's cwd as the supervisor's own user
  bool operator==(const SecretCommand&) const = default;
};
using Value = std::variant<Template, SecretFile, SecretCommand>;

using Environment = std::map<std::string, Value>;

struct Command {
  std::vector<Template> argv;  // with shell: /bin/sh -c TEXT already spelled out
  bool shell = false;
  bool operator==(const Command&) const = default;
};

struct InheritEnv {
  bool all = false;
  std::vector<std::string> names;
  bool operator==(const InheritEnv&) const = default;
};

struct Backoff {
  Duration initial = std::chrono::milliseconds{500};
  double factor = 2;
  Duration max = std::chrono::seconds{60};
  double jitter = 0.10;  // a share: 0.10 is ± 10 %
  bool operator==(const Backoff&) const = default;
};

enum class RestartWhen : std::uint8_t { Always, OnFailure, Never };

// ECOSYSTEM "Restart, exactly".
struct RestartPolicy {
  RestartWhen policy = RestartWhen::Always;
  std::vector<int> success_codes = {0};
  std::vector<int> stop_codes;
  Backoff backoff;
  Duration min_uptime = std::chrono::seconds{10};
  std::optional<std::uint32_t> max_restarts = 16;  // nothing: unlimited
  std::optional<Duration> window;                  // with it, max_restarts is at most 64
  std::optional<Duration> retry_after;
  std::optional<std::string> at;  // a valid cron expression, in the machine's zone
  std::optional<Duration> max_age;
  bool operator==(const RestartPolicy&) const = default;
};

struct StopPolicy {
  int signal = 15;
  Duration timeout = std::chrono::seconds{10};
  std::vector<Template> command;  // empty: the signal is sent
  bool operator==(const StopPolicy&) const = default;
};

enum class DependencyCondition : std::uint8_t { Started, Healthy, Completed };

struct Dependency {
  std::string service;
  DependencyCondition condition = DependencyCondition::Healthy;
  bool operator==(const Dependency&) const = default;
};

enum class LogFormat : std::uint8_t { Raw, Text, Json };
enum class OnFull : std::uint8_t { Drop, Block };

struct RotateSpec {
  Bytes size{10 * 1024 * 1024};
  bool daily = false;
  std::uint32_t keep = 5;
  std::optional<Duration> max_age = std::chrono::hours{24 * 7};
  bool compress = true;
  bool operator==(const RotateSpec&) const = default;
};

struct LogSpec {
  bool stdout_on = true;
  bool stderr_on = true;
  bool merge = false;
  LogFormat format = LogFormat::Raw;
  RotateSpec rotate;
  OnFull on_full = OnFull::Drop;
  bool operator==(const LogSpec&) const = default;
};

enum class MemoryAction : std::uint8_t { Restart, Alert };

struct Limits {
  std::optional<Bytes> memory;
  MemoryAction memory_action = MemoryAction::Restart;
  std::optional<double> cpu_percent;
  std::optional<std::uint64_t> processes;
  std::optional<std::uint64_t> open_files;  // RLIMIT_NOFILE
  std::optional<Bytes> core;                // RLIMIT_CORE
  bool operator==(const Limits&) const = default;
};

struct StatusRange {
  int first = 200;
  int last = 399;
  bool operator==(const StatusRange&) const = default;
};

struct HttpProbe {
  Template url;
  std::string method = "GET";
  std::map<std::string, Value> headers;
  std::vector<StatusRange> status = {{}};
  std::string body;  // a regular expression; empty: any body
  bool insecure = false;
  bool operator==(const HttpProbe&) const = default;
};
struct TcpProbe {
  Template address;  // "host:port" or "port"
  bool operator==(const TcpProbe&) const = default;
};
struct CommandProbe {
  std::vector<Template> argv;
  bool operator==(const CommandProbe&) const = default;
};
struct FrozenProbe {
  double cpu_below_percent = 0.1;
  Duration for_time = std::chrono::minutes{5};
  bool operator==(const FrozenProbe&) const = default;
};
struct HeartbeatProbe {
  Duration within{0};
  bool operator==(const HeartbeatProbe&) const = default;
};
struct FileProbe {
  std::filesystem::path path;
  bool operator==(const FileProbe&) const = default;
};
struct NotifyProbe {
  int fd = 0;  // the service writes a newline to this descriptor (s6); 0: READY=1 on NOTIFY_SOCKET
  bool operator==(const NotifyProbe&) const = default;
};
struct LogProbe {
  std::string pattern;
  bool operator==(const LogProbe&) const = default;
};
struct DelayProbe {
  Duration delay{0};
  bool operator==(const DelayProbe&) const = default;
};
using Probe = std::variant<HttpProbe, TcpProbe, CommandProbe, FrozenProbe, HeartbeatProbe,
                           FileProbe, NotifyProbe, LogProbe, DelayProbe>;

enum class CheckAction : std::uint8_t { Restart, Alert };

struct CheckSpec {
  Probe probe;
  Duration interval = std::chrono::seconds{30};
  Duration timeout = std::chrono::seconds{5};
  std::uint32_t failures = 3;
  std::uint32_t successes = 1;
  Duration start_period{0};
  CheckAction action = CheckAction::Restart;
  bool operator==(const CheckSpec&) const = default;
};

struct ReadySpec {
  Probe probe;
  Duration interval = std::chrono::milliseconds{500};
  Duration timeout = std::chrono::seconds{60};
  bool operator==(const ReadySpec&) const = default;
};

struct ListenSpec {
  std::string name;
  std::string address;  // "tcp://0.0.0.0:8000", "unix:///run/x.sock"
  bool operator==(const ListenSpec&) const = default;
};

struct HooksSpec {
  std::vector<Template> before_start;
  std::vector<Template> after_stop;
  bool operator==(const HooksSpec&) const = default;
};

struct WatchSpec {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> ignore;
  Duration delay = std::chrono::milliseconds{500};
  bool operator==(const WatchSpec&) const = default;
};

struct ServiceSpec {
  std::string name;
  std::string description;
  Command command;
  Template cwd;     // absolute once expanded
  Environment env;  // env_file's values first, overridden by env
  InheritEnv inherit_env;
  std::string user;   // empty: the supervisor's own
  std::string group;  // empty: the user's primary group
  std::uint32_t umask = 0022;
  int nice = 0;
  bool autostart = true;
  std::uint32_t instances = 1;
  std::vector<std::string> increment_env;
  std::vector<std::string> tags;
  bool essential = false;
  RestartPolicy restart;
  std::vector<Dependency> depends_on;
  std::vector<std::string> restart_with;
  std::optional<ReadySpec> ready;
  std::vector<CheckSpec> health;
  Limits limits;
  StopPolicy stop;
  std::optional<int> reload_signal;
  std::vector<ListenSpec> listen;
  HooksSpec hooks;
  std::optional<WatchSpec> watch;
  LogSpec logs;

  bool operator==(const ServiceSpec&) const = default;
};

}  // namespace mainstay::model
