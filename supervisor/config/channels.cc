#include "config/channels.h"

#include <fmt/format.h>

#include "config/addresses.h"
#include "config/commands.h"
#include "config/scalars.h"
#include "config/values.h"

namespace mainstay::config {

namespace {

using FoundChannel = std::optional<model::Channel>;

// An address, checked unless it is a secret, which must not be shown.
std::optional<model::Value> read_address(const Field& field,
                                         std::string (*problem_of)(std::string_view)) {
  std::optional<model::Value> value = read_value(field);
  if (!value) return std::nullopt;
  const auto* text = std::get_if<model::Template>(&*value);
  const std::string problem = text != nullptr ? problem_of(plain_of({text->text, {}})) : "";
  if (problem.empty()) return value;
  field.error(problem);
  return std::nullopt;
}

FoundChannel read_mail(const Field& field) {
  model::MailChannel mail;
  const auto smtp = read_address(field["smtp"], problem_of_smtp);
  const Field to = field["to"];
  mail.to = read_plain_list(to);
  for (const std::string& address : mail.to) {
    const std::string problem = problem_of_mail_address(address);
    if (!problem.empty()) to.error(problem);
  }
  const Field from = field["from"];
  read(from, mail.from);
  if (mail.to.empty()) field.error("needs `to`, a list of mail addresses");
  if (!from.present()) field.error("needs `from`, a mail address");
  const std::string problem = from.present() ? problem_of_mail_address(mail.from) : "";
  if (!problem.empty()) from.error(problem);
  if (!smtp) return std::nullopt;
  mail.smtp = *smtp;
  return mail;
}

template <typename Channel>
FoundChannel read_url_channel(const Field& field, std::string_view key) {
  const auto url = read_address(field[key], problem_of_url);
  if (!url) return std::nullopt;
  Channel channel;
  channel.url = *url;
  return channel;
}

FoundChannel read_webhook(const Field& field) {
  model::WebhookChannel channel;
  read_headers(field["headers"], channel.headers);
  const auto url = read_address(field["webhook"], problem_of_url);
  if (!url) return std::nullopt;
  channel.url = *url;
  return channel;
}

FoundChannel read_command_channel(const Field& field) {
  model::CommandChannel channel{read_plain_words(field["command"])};
  return channel.argv.empty() ? std::nullopt : FoundChannel{std::move(channel)};
}

// Keys that one kind has and the others do not.
void refuse_strangers(const Field& field, std::string_view kind) {
  const auto refuse = [&](std::string_view key, std::string_view owner) {
    const Field stranger = field[key];
    if (kind == owner || !stranger.present()) return;
    stranger.error(stranger.key_at(), fmt::format("means something with '{}' only", owner));
  };
  refuse("to", "smtp");
  refuse("from", "smtp");
  refuse("headers", "webhook");
}

}  // namespace

std::optional<model::Channel> read_channel(const Field& field) {
  static const KeyTable kKeys = *find_key(*kAlertsShape.keys, "channels")->shape->each->keys;
  const auto kind = only_alternative(field, kKeys, "a channel");
  if (!kind) return std::nullopt;
  refuse_strangers(field, *kind);
  if (*kind == "slack") return read_url_channel<model::SlackChannel>(field, *kind);
  if (*kind == "alertmanager") return read_url_channel<model::AlertmanagerChannel>(field, *kind);
  if (*kind == "smtp") return read_mail(field);
  if (*kind == "webhook") return read_webhook(field);
  return read_command_channel(field);
}

}  // namespace mainstay::config
