#include "config/keys.h"

namespace mainstay::config {

namespace {

constexpr Shape kStatusShape{kText | kList, "a list of codes and ranges like 200-399", nullptr,
                             &kWordShape};

constexpr Key kHttpKeys[] = {
    {"url", &kWordShape},      {"method", &kWordShape}, {"headers", &kSecretablesShape},
    {"status", &kStatusShape}, {"body", &kWordShape},   {"insecure", &kBoolShape},
};
constexpr KeyTable kHttpTable{kHttpKeys};
constexpr Shape kHttpShape{kText | kMap, "a URL, or a map with url", &kHttpTable};

constexpr Key kFrozenKeys[] = {{"cpu_below", &kPercentShape}, {"for", &kDurationShape}};
constexpr KeyTable kFrozenTable{kFrozenKeys};
constexpr Shape kFrozenShape{kMap, "a map with cpu_below and for", &kFrozenTable};

constexpr Shape kNotifyShape{kText, "true, or the number of a descriptor"};

constexpr Key kReadyKeys[] = {
    {"http", &kHttpShape, false, true},
    {"tcp", &kWordShape, false, true},
    {"command", &kWordsShape, false, true},
    {"file", &kPathShape, false, true},
    {"notify", &kNotifyShape, false, true},
    {"log", &kWordShape, false, true},
    {"delay", &kDurationShape, false, true},
    {"interval", &kDurationShape},
    {"timeout", &kDurationShape},
};
constexpr KeyTable kReadyTable{kReadyKeys};

constexpr Key kCheckKeys[] = {
    {"http", &kHttpShape, false, true},
    {"tcp", &kWordShape, false, true},
    {"command", &kWordsShape, false, true},
    {"frozen", &kFrozenShape, false, true},
    {"heartbeat", &kDurationShape, false, true},
    {"interval", &kDurationShape},
    {"timeout", &kDurationShape},
    {"failures", &kIntegerShape},
    {"successes", &kIntegerShape},
    {"start_period", &kDurationShape},
    {"action", &kWordShape},
};
constexpr KeyTable kCheckTable{kCheckKeys};
constexpr Shape kCheckShape{kMap, "a map with one of http, tcp, command, frozen, heartbeat",
                            &kCheckTable};

constexpr Key kMonitorKeys[] = {
    {"http", &kHttpShape, false, true},     {"tcp", &kWordShape, false, true},
    {"command", &kWordsShape, false, true}, {"interval", &kDurationShape},
    {"timeout", &kDurationShape},           {"failures", &kIntegerShape},
    {"successes", &kIntegerShape},
};
constexpr KeyTable kMonitorTable{kMonitorKeys};

}  // namespace

constinit const Shape kReadyShape{
    kMap, "a map with one of http, tcp, command, file, notify, log, delay", &kReadyTable};
constinit const Shape kChecksShape{kList, "a list of checks", nullptr, &kCheckShape};
constinit const Shape kMonitorShape{kMap, "a map with one of http, tcp, command", &kMonitorTable};

}  // namespace mainstay::config
