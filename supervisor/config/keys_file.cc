#include "config/keys.h"

namespace mainstay::config {

namespace {

constexpr Key kRetriesKeys[] = {{"count", &kIntegerShape}, {"delay", &kDurationShape}};
constexpr KeyTable kRetriesTable{kRetriesKeys};
constexpr Shape kRetriesShape{kMap, "a map with count and delay", &kRetriesTable};

constexpr Key kJobKeys[] = {
    {"description", &kWordShape},
    {"schedule", &kWordShape, false, true},
    {"every", &kDurationShape, false, true},
    {"timezone", &kWordShape},
    {"command", &kWordsShape},
    {"shell", &kBoolShape},
    {"cwd", &kPathShape},
    {"env", &kEnvShape},
    {"env_file", &kEnvFileShape},
    {"inherit_env", &kInheritEnvShape},
    {"user", &kWordShape},
    {"group", &kWordShape},
    {"limits", &kLimitsShape},
    {"stop", &kStopShape},
    {"logs", &kLogShape},
    {"timeout", &kDurationShape},
    {"overlap", &kWordShape},
    {"catch_up", &kBoolShape},
    {"jitter", &kDurationShape},
    {"retries", &kRetriesShape},
    {"keep_runs", &kIntegerShape},
};
constexpr KeyTable kJobTable{kJobKeys};

constexpr Shape kServicesShape{kMap, "a map of services", nullptr, &kServiceShape};
constexpr Shape kJobsShape{kMap, "a map of jobs", nullptr, &kJobShape};
constexpr Shape kMonitorsShape{kMap, "a map of monitors", nullptr, &kMonitorShape};
constexpr Shape kVarsShape{kMap, "a map of names and values", nullptr, &kWordShape};

constexpr Key kLogsKeys[] = {{"dir", &kPathShape}, {"total_size", &kSizeShape}};
constexpr KeyTable kLogsTable{kLogsKeys};
constexpr Shape kLogsShape{kMap, "a map with dir and total_size", &kLogsTable};

constexpr Key kHistoryKeys[] = {{"interval", &kDurationShape}, {"keep", &kDurationShape}};
constexpr KeyTable kHistoryTable{kHistoryKeys};
constexpr Shape kHistoryShape{kMap, "a map with interval and keep", &kHistoryTable};

constexpr Key kTlsKeys[] = {{"certificate", &kPathShape}, {"key", &kPathShape}};
constexpr KeyTable kTlsTable{kTlsKeys};
constexpr Shape kTlsShape{kMap, "a map with certificate and key", &kTlsTable};

constexpr Key kWebKeys[] = {
    {"listen", &kWordShape}, {"tls", &kTlsShape}, {"allow_remote_without_tls", &kBoolShape}};
constexpr KeyTable kWebTable{kWebKeys};
constexpr Shape kWebShape{kMap, "a map with listen, tls and allow_remote_without_tls", &kWebTable};

constexpr Key kFileKeys[] = {
    {"name", &kWordShape},         {"include", &kEnvFileShape},
    {"vars", &kVarsShape},         {"defaults", &kServiceShape},
    {"services", &kServicesShape}, {"jobs", &kJobsShape, true},
    {"monitors", &kMonitorsShape}, {"alerts", &kAlertsShape, true},
    {"logs", &kLogsShape},         {"history", &kHistoryShape},
    {"web", &kWebShape},
};
constexpr KeyTable kFileTable{kFileKeys};

}  // namespace

constinit const Shape kJobShape{kMap, "a map of the job's settings", &kJobTable};
constinit const Shape kFileShape{kMap, "a map with services", &kFileTable};

}  // namespace mainstay::config
