#include "config/alerts.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/addresses.h"
#include "config/channels.h"
#include "config/condition.h"
#include "config/scalars.h"

namespace mainstay::config {

bool AlertsReader::is_fresh(const Field& field, const std::string& kind, const std::string& name,
                            Position at) {
  const auto [first, fresh] = declared_.emplace(kind + " " + name, at);
  if (fresh || first->second.file == at.file) {
    // Twice in one map is a matter of structure; a list must be looked at here.
    if (!fresh && kind == "rule")
      field.error(at, fmt::format("rule {} is there twice", in_quotes(name)));
    return fresh;
  }
  field.error(at, fmt::format("{} {} is declared twice; first at {}", kind, in_quotes(name),
                              field.findings().place(first->second)));
  return false;
}

void AlertsReader::read_channel(const Field& field) {
  const std::string name{field.key()};
  if (!is_valid_name(name))
    return field.error(field.key_at(), "is not a name: letters, digits, . _ - only, at most 64");
  std::optional<model::Channel> channel = config::read_channel(field);
  if (is_fresh(field, "channel", name, field.key_at()) && channel)
    out_.channels[name] = std::move(*channel);
}

void AlertsReader::read_notify(const Field& field, model::AlertRule& rule) {
  rule.notify = read_plain_list(field);
  for (const std::string& channel : rule.notify)
    notifications_.push_back({field.path(), channel, field.at()});
}

void AlertsReader::read_rule(const Field& field) {
  static constexpr std::string_view kSeverities[] = {"info", "warning", "critical"};
  if (!field.is(NodeKind::Map)) return;
  model::AlertRule rule;
  read(field["name"], rule.name);
  if (!is_valid_name(rule.name))
    return field.error("needs a name: letters, digits, . _ - only, at most 64");
  const Field when = field["when"];
  read(when, rule.when);
  const bool needed = !is_builtin_rule(rule.name);
  const std::string problem = when.is(NodeKind::Scalar) ? problem_of_condition(rule.when) : "";
  if (!problem.empty()) when.error(problem);
  if (!when.present() && needed) field.error("needs `when`, for example `when: host-cpu > 80%`");
  read(field["for"], rule.for_time);
  read(field["severity"], kSeverities, rule.severity);
  read_notify(field["notify"], rule);
  if (is_fresh(field, "rule", rule.name, field.at())) out_.rules.push_back(std::move(rule));
}

void AlertsReader::read_file(const Field& field) {
  if (!field.is(NodeKind::Map)) return;
  const Field channels = field["channels"];
  for (std::size_t i = 0; channels.is(NodeKind::Map) && i < channels.size(); ++i)
    read_channel(channels.entry(i));
  const Field rules = field["rules"];
  for (std::size_t i = 0; rules.is(NodeKind::List) && i < rules.size(); ++i)
    read_rule(rules.item(i));
  const Field builtin = field["builtin"];
  if (builtin.present() && !is_fresh(builtin, "key", "alerts.builtin", builtin.key_at())) return;
  read(builtin, out_.builtin);
}

void AlertsReader::check_channels(Findings& findings) const {
  std::vector<std::string> known;
  for (const auto& [name, channel] : out_.channels)
    known.push_back(name);
  for (const Notification& notification : notifications_) {
    if (findings.full()) return;
    // A channel that is declared, but wrong, has its own error.
    if (declared_.count("channel " + notification.channel) > 0) continue;
    findings.error(notification.at, notification.path,
                   fmt::format("no channel is named {}{}", in_quotes(notification.channel),
                               findings.suggestion(notification.channel, known)));
  }
}

}  // namespace mainstay::config
