#include "config/keys.h"

namespace mainstay::config {

namespace {

constexpr Key kChannelKeys[] = {
    {"slack", &kSecretableShape, false, true},
    {"smtp", &kSecretableShape, false, true},
    {"alertmanager", &kSecretableShape, false, true},
    {"webhook", &kSecretableShape, false, true},
    {"command", &kWordsShape, false, true},
    {"to", &kTextsShape},
    {"from", &kWordShape},
    {"headers", &kSecretablesShape},
};
constexpr KeyTable kChannelTable{kChannelKeys};
constexpr Shape kChannelShape{kMap, "a map with one of slack, smtp, alertmanager, webhook, command",
                              &kChannelTable};
constexpr Shape kChannelsShape{kMap, "a map of channels", nullptr, &kChannelShape};

constexpr Key kRuleKeys[] = {
    {"name", &kWordShape},     {"when", &kWordShape},    {"for", &kDurationShape},
    {"severity", &kWordShape}, {"notify", &kTextsShape},
};
constexpr KeyTable kRuleTable{kRuleKeys};
constexpr Shape kRuleShape{kMap, "a map with name, when, for, severity, notify", &kRuleTable};
constexpr Shape kRulesShape{kList, "a list of rules", nullptr, &kRuleShape};

constexpr Key kAlertsKeys[] = {
    {"channels", &kChannelsShape}, {"rules", &kRulesShape}, {"builtin", &kBoolShape}};
constexpr KeyTable kAlertsTable{kAlertsKeys};

}  // namespace

constinit const Shape kAlertsShape{kMap, "a map with channels, rules and builtin", &kAlertsTable};

}  // namespace mainstay::config
