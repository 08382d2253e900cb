// The whole ecosystem file, validated. Plain data.
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
#include "model/service_spec.h"

namespace mainstay::model {

enum class Overlap : std::uint8_t { Skip, Queue, Kill };

struct JobSpec {
  std::string name;
  std::string description;
  std::optional<std::string> schedule;  // a valid cron expression
  std::optional<Duration> every;        // instead of schedule; neither: on demand only
  std::string timezone;                 // empty: the machine's
  Command command;
  Template cwd;  // absolute once expanded
  Environment env;
  InheritEnv inherit_env;
  std::string user;
  std::string group;
  Limits limits;
  StopPolicy stop;
  LogSpec logs;
  std::optional<Duration> timeout;
  Overlap overlap = Overlap::Skip;
  bool catch_up = false;
  Duration jitter{0};
  std::uint32_t retries = 0;
  Duration retry_delay = std::chrono::seconds{30};
  std::uint32_t keep_runs = 50;
  bool operator==(const JobSpec&) const = default;
};

struct MonitorSpec {
  std::string name;
  std::filesystem::path folder;  // of the file that declares it: where its command runs
  CheckSpec check;
  bool operator==(const MonitorSpec&) const = default;
};

struct SlackChannel {
  Value url;
  bool operator==(const SlackChannel&) const = default;
};
struct MailChannel {
  Value smtp;
  std::vector<std::string> to;
  std::string from;
  bool operator==(const MailChannel&) const = default;
};
struct AlertmanagerChannel {
  Value url;
  bool operator==(const AlertmanagerChannel&) const = default;
};
struct WebhookChannel {
  Value url;
  std::map<std::string, Value> headers;
  bool operator==(const WebhookChannel&) const = default;
};
struct CommandChannel {
  std::vector<std::string> argv;
  bool operator==(const CommandChannel&) const = default;
};
using Channel =
    std::variant<SlackChannel, MailChannel, AlertmanagerChannel, WebhookChannel, CommandChannel>;

enum class Severity : std::uint8_t { Info, Warning, Critical };

struct AlertRule {
  std::string name;
  std::string when;
  Duration for_time{0};
  Severity severity = Severity::Warning;
  std::vector<std::string> notify;
  bool operator==(const AlertRule&) const = default;
};

struct AlertsSpec {
  std::map<std::string, Channel> channels;
  std::vector<AlertRule> rules;
  bool builtin = true;
  bool operator==(const AlertsSpec&) const = default;
};

struct LogsSpec {
  std::optional<std::filesystem::path> dir;
  Bytes total_size{1024ULL * 1024 * 1024};
  bool operator==(const LogsSpec&) const = default;
};

struct HistorySpec {
  Duration interval = std::chrono::seconds{10};
  Duration keep = std::chrono::hours{24};
  bool operator==(const HistorySpec&) const = default;
};

struct TlsSpec {
  std::filesystem::path certificate;
  std::filesystem::path key;
  bool operator==(const TlsSpec&) const = default;
};

struct WebSpec {
  std::string listen = "127.0.0.1:9615";
  std::optional<TlsSpec> tls;
  bool allow_remote_without_tls = false;
  bool operator==(const WebSpec&) const = default;
};

struct Ecosystem {
  std::string name;
  std::vector<ServiceSpec> services;  // in the order of the file, includes after it
  std::vector<JobSpec> jobs;
  std::vector<MonitorSpec> monitors;
  AlertsSpec alerts;
  LogsSpec logs;
  HistorySpec history;
  std::optional<WebSpec> web;
  bool operator==(const Ecosystem&) const = default;
};

}  // namespace mainstay::model
