#include "ctl/context.h"

#include <fmt/format.h>

#include "ctl/json_fields.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

Context::Context(Parts parts) : parts_(std::move(parts)), client_(another_client()) {}

Client Context::another_client() const {
  Client client{parts_.endpoint.socket};
  client.interrupt_by(parts_.interrupts->fd());
  return client;
}

Answer Context::ask(std::string_view method, Json params) {
  return client_.call(method, std::move(params), timeout_or(kAnswerTime));
}

Json Context::targets(std::size_t from) const {
  Json params = Json::object();
  if (words().size() <= from) return params;
  Json list = Json::array();
  for (std::size_t i = from; i < words().size(); ++i)
    list.push_back(words()[i]);
  params["targets"] = std::move(list);
  return params;
}

CtlExit Context::print_json(const Json& result) {
  out().line(dump_json(result));
  return CtlExit::Done;
}

CtlExit Context::fail(CtlExit code, std::string_view message, std::string_view hint) {
  notice(message);
  if (!hint.empty()) notices().line(fmt::format("     {}", safe_line(hint)));
  return code;
}

CtlExit Context::fail_usage(std::string_view message) {
  return fail(CtlExit::Usage, message, fmt::format("usage: ctl {}", arguments().verb->usage));
}

CtlExit Context::fail(const Failure& failure) {
  if (failure.kind == Failure::Kind::Interrupted) return CtlExit::Failed;
  return fail(failure.exit_code(), failure.message);
}

CtlExit Context::interrupted(std::string_view what_goes_on) {
  wipe_echo();
  if (!what_goes_on.empty()) notice(what_goes_on);
  return CtlExit::Failed;
}

void Context::wipe_echo() {
  if (!notices().terminal().interactive) return;
  notices().write("\r\x1b[K");
  static_cast<void>(notices().flush());
}

void Context::notice(std::string_view text) {
  notices().line(fmt::format("ctl: {}", safe_line(text)));
  static_cast<void>(notices().flush());
}

}  // namespace mainstay::ctl
