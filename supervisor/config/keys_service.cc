#include "config/keys.h"

namespace mainstay::config {

namespace {

constexpr Key kBackoffKeys[] = {
    {"initial", &kDurationShape},
    {"factor", &kNumberShape},
    {"max", &kDurationShape},
    {"jitter", &kPercentShape},
};
constexpr KeyTable kBackoffTable{kBackoffKeys};
constexpr Shape kBackoffShape{
    kText | kMap, "a map with initial, factor, max and jitter, or one duration", &kBackoffTable};
constexpr Shape kCodesShape{kList, "a list of exit codes", nullptr, &kIntegerShape};

constexpr Key kRestartKeys[] = {
    {"policy", &kWordShape},
    {"success_codes", &kCodesShape},
    {"stop_codes", &kCodesShape},
    {"backoff", &kBackoffShape},
    {"min_uptime", &kDurationShape},
    {"max_restarts", &kIntegerShape},
    {"window", &kDurationShape},
    {"retry_after", &kDurationShape},
    {"at", &kWordShape},
    {"max_age", &kDurationShape},
};
constexpr KeyTable kRestartTable{kRestartKeys};
constexpr Shape kRestartShape{kMap, "a map of restart settings", &kRestartTable};

constexpr Key kStopKeys[] = {
    {"signal", &kWordShape},
    {"timeout", &kDurationShape},
    {"command", &kWordsShape},
};
constexpr KeyTable kStopTable{kStopKeys};

constexpr Key kLimitsKeys[] = {
    {"memory", &kSizeShape},       {"memory_action", &kWordShape}, {"cpu", &kPercentShape},
    {"processes", &kIntegerShape}, {"open_files", &kIntegerShape}, {"core", &kSizeShape},
};
constexpr KeyTable kLimitsTable{kLimitsKeys};

constexpr Key kRotateKeys[] = {
    {"size", &kSizeShape},        {"daily", &kBoolShape},    {"keep", &kIntegerShape},
    {"max_age", &kDurationShape}, {"compress", &kBoolShape},
};
constexpr KeyTable kRotateTable{kRotateKeys};
constexpr Shape kRotateShape{kMap, "a map of rotation settings", &kRotateTable};

constexpr Key kLogKeys[] = {
    {"stdout", &kBoolShape}, {"stderr", &kBoolShape},   {"merge", &kBoolShape},
    {"format", &kWordShape}, {"rotate", &kRotateShape}, {"on_full", &kWordShape},
};
constexpr KeyTable kLogTable{kLogKeys};

constexpr Key kReloadKeys[] = {{"signal", &kWordShape}};
constexpr KeyTable kReloadTable{kReloadKeys};
constexpr Shape kReloadShape{kMap, "a map with signal", &kReloadTable};

constexpr Key kHooksKeys[] = {{"before_start", &kWordsShape}, {"after_stop", &kWordsShape}};
constexpr KeyTable kHooksTable{kHooksKeys};
constexpr Shape kHooksShape{kMap, "a map with before_start and after_stop", &kHooksTable};

constexpr Key kWatchKeys[] = {
    {"paths", &kTextsShape}, {"ignore", &kTextsShape}, {"delay", &kDurationShape}};
constexpr KeyTable kWatchTable{kWatchKeys};
constexpr Shape kWatchShape{kMap, "a map with paths, ignore and delay", &kWatchTable};

constexpr Shape kDependsShape{
    kList | kMap, "a list of services, or a map of services and conditions", nullptr, &kWordShape};
constexpr Shape kListenShape{kMap, "a map of names and addresses", nullptr, &kWordShape};

constexpr Key kServiceKeys[] = {
    {"description", &kWordShape},
    {"command", &kWordsShape},
    {"shell", &kBoolShape},
    {"cwd", &kPathShape},
    {"env", &kEnvShape},
    {"env_file", &kEnvFileShape},
    {"inherit_env", &kInheritEnvShape},
    {"user", &kWordShape},
    {"group", &kWordShape},
    {"umask", &kWordShape},
    {"nice", &kIntegerShape},
    {"autostart", &kBoolShape},
    {"instances", &kIntegerShape},
    {"increment_env", &kTextsShape},
    {"tags", &kTextsShape},
    {"essential", &kBoolShape},
    {"restart", &kRestartShape},
    {"depends_on", &kDependsShape},
    {"restart_with", &kTextsShape},
    {"ready", &kReadyShape},
    {"health", &kChecksShape},
    {"limits", &kLimitsShape},
    {"stop", &kStopShape},
    {"reload", &kReloadShape},
    {"listen", &kListenShape, true},
    {"hooks", &kHooksShape, true},
    {"watch", &kWatchShape, true},
    {"logs", &kLogShape},
};
constexpr KeyTable kServiceTable{kServiceKeys};

}  // namespace

constinit const Shape kEnvShape{kMap, "a map of variables", nullptr, &kSecretableShape};
constinit const Shape kEnvFileShape{kText | kList, "a list of paths", nullptr, &kPathShape};
constinit const Shape kInheritEnvShape{kText | kList, "true, false or a list of names", nullptr,
                                       &kWordShape};
constinit const Shape kLimitsShape{kMap, "a map of limits", &kLimitsTable};
constinit const Shape kStopShape{kMap, "a map with signal, timeout and command", &kStopTable};
constinit const Shape kLogShape{kMap, "a map of log settings", &kLogTable};
constinit const Shape kServiceShape{kMap, "a map of the service's settings", &kServiceTable};

}  // namespace mainstay::config
