#include "control/method.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "control/drain.h"

namespace mainstay::control {

namespace {

using Words = std::string_view;

constexpr std::array<Words, 0> kNone{};
constexpr std::array kTargets{Words("targets")};
constexpr std::array kName{Words("name")};
constexpr std::array kCrashes{Words("name"), Words("limit")};
constexpr std::array kVerb{Words("targets"), Words("wait"), Words("progress")};
constexpr std::array kReset{Words("targets"), Words("wait")};
constexpr std::array kSignal{Words("targets"), Words("signal")};
constexpr std::array kScale{Words("name"), Words("instances"), Words("wait"), Words("progress")};
constexpr std::array kRead{Words("targets"), Words("lines"), Words("stream"), Words("since"),
                           Words("until"),   Words("grep"),  Words("level"),  Words("ignore_case")};
constexpr std::array kFollow{
    Words("targets"), Words("lines"), Words("stream"),      Words("since"),  Words("until"),
    Words("grep"),    Words("level"), Words("ignore_case"), Words("follow"), Words("joins")};
constexpr std::array kAnalysis{Words("targets"), Words("since"), Words("until"), Words("progress")};
constexpr std::array kEvents{Words("from"),  Words("before"), Words("since"),
                             Words("until"), Words("limit"),  Words("targets")};
constexpr std::array kEventsFollow{Words("from"), Words("since"), Words("targets")};
constexpr std::array kAudit{Words("before"), Words("since"), Words("until"), Words("limit"),
                            Words("targets")};
constexpr std::array kVerify{Words("head"), Words("progress")};
constexpr std::array kAvailability{Words("targets"), Words("since"), Words("until"), Words("days")};
constexpr std::array kMonitors{Words("targets"), Words("history")};
constexpr std::array kHistory{Words("targets"), Words("kind"), Words("metric"), Words("from"),
                              Words("to"),      Words("step"), Words("points")};
constexpr std::array kShutdown{Words("progress"), Words("hurry")};
constexpr std::array kConfigPlan{Words("file"), Words("rollback")};
constexpr std::array kConfigApply{Words("file"), Words("hash"), Words("rollback")};
constexpr std::array kSetUser{Words("user"), Words("password"), Words("level")};
constexpr std::array kUser{Words("user")};
constexpr std::array kAddToken{Words("name"), Words("sha256"), Words("level")};
constexpr std::array kEndSession{Words("id"), Words("ends_at")};
constexpr std::array kLogin{Words("user"), Words("from")};
constexpr std::array kCancel{Words("id")};

constexpr std::array kMethods{
    Method{"services.list", AccessLevel::Read, kTargets, services_list},
    Method{"services.follow", AccessLevel::Read, kTargets, services_follow},
    Method{"services.get", AccessLevel::Read, kName, services_get},
    Method{"services.why", AccessLevel::Read, kName, services_why},
    Method{"services.crashes", AccessLevel::Read, kCrashes, services_crashes},
    Method{"services.start", AccessLevel::Operate, kVerb, services_start},
    Method{"services.stop", AccessLevel::Operate, kVerb, services_stop},
    Method{"services.restart", AccessLevel::Operate, kVerb, services_restart},
    Method{"services.reload", AccessLevel::Operate, kVerb, services_reload},
    Method{"services.reset", AccessLevel::Operate, kReset, services_reset},
    Method{"services.enable", AccessLevel::Operate, kReset, services_enable},
    Method{"services.disable", AccessLevel::Operate, kReset, services_disable},
    Method{"services.signal", AccessLevel::Operate, kSignal, services_signal},
    Method{"services.scale", AccessLevel::Operate, kScale, services_scale},
    Method{"logs.read", AccessLevel::Read, kRead, logs_read},
    Method{"logs.follow", AccessLevel::Read, kFollow, logs_follow},
    Method{"logs.export", AccessLevel::Read, kRead, logs_export},
    Method{"logs.rotate", AccessLevel::Operate, kTargets, logs_rotate},
    Method{"logs.flush", AccessLevel::Operate, kTargets, logs_flush},
    Method{"logs.usage", AccessLevel::Read, kTargets, logs_usage},
    Method{"analysis.get", AccessLevel::Read, kAnalysis, analysis_get},
    Method{"events.list", AccessLevel::Read, kEvents, events_list},
    Method{"events.follow", AccessLevel::Read, kEventsFollow, events_follow},
    Method{.name = "audit.list",
           .level = AccessLevel::Admin,
           .params = kAudit,
           .handle = audit_list,
           .for_web_admins = true,
           .reads = true},
    Method{.name = "audit.verify",
           .level = AccessLevel::Admin,
           .params = kVerify,
           .handle = audit_verify,
           .for_web_admins = true,
           .reads = true},
    Method{"history.availability", AccessLevel::Read, kAvailability, history_availability},
    Method{"monitors.list", AccessLevel::Read, kMonitors, monitors_list},
    Method{"history.query", AccessLevel::Read, kHistory, history_query},
    Method{"metrics.read", AccessLevel::Read, kNone, metrics_read},
    Method{"supervisor.info", AccessLevel::Read, kNone, supervisor_info},
    Method{"supervisor.ping", AccessLevel::Read, kNone, supervisor_ping},
    Method{"supervisor.shutdown", AccessLevel::Admin, kShutdown, supervisor_shutdown},
    Method{"supervisor.upgrade", AccessLevel::Admin, kNone, supervisor_upgrade},
    Method{"config.get", AccessLevel::Read, kNone, config_get},
    Method{.name = "config.plan",
           .level = AccessLevel::Operate,
           .params = kConfigPlan,
           .handle = config_plan,
           .reads = true},
    Method{"config.apply", AccessLevel::Operate, kConfigApply, config_apply},
    Method{"access.get", AccessLevel::Admin, kNone, access_get},
    Method{"access.set_user", AccessLevel::Admin, kSetUser, access_set_user},
    Method{"access.remove_user", AccessLevel::Admin, kUser, access_remove_user},
    Method{"access.add_token", AccessLevel::Admin, kAddToken, access_add_token},
    Method{"access.revoke_token", AccessLevel::Admin, kName, access_revoke_token},
    Method{"access.end_session", AccessLevel::Operate, kEndSession, access_end_session},
    Method{"access.logged_in", AccessLevel::Operate, kLogin, access_logged_in},
    Method{"access.login_failed", AccessLevel::Operate, kLogin, access_login_failed},
    Method{"stream.more", AccessLevel::Read, kCancel, stream_more},
    Method{"stream.cancel", AccessLevel::Read, kCancel, stream_cancel},
};

RpcFailure unknown_method(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  std::vector<std::string> names;
  for (const Method& method : kMethods)
    names.emplace_back(method.name);
  const auto shown = to_valid_utf8(name.substr(0, kLongest));
  return {RpcError::MethodNotFound, "no_such_method",
          fmt::format("no method named '{}'{}", shown,
                      name.size() > kLongest ? "" : did_you_mean(shown, names))};
}

Asker asker_of(const Facts& facts, const Call& call) {
  if (const OnBehalf* as = call.as()) return {as->who.empty() ? "somebody" : as->who, {}, 0, *as};
  const auto peer = call.peer();
  if (!peer) return {call.who(), {}, 0};
  const auto user = facts.users.find(peer->uid);
  return {fmt::format("uid {}", peer->uid), user == facts.users.end() ? "" : user->second,
          static_cast<int>(peer->pid)};
}

bool may_reach(const Call& call, AccessLevel level, const Method& method) {
  const bool web_admin = call.as() != nullptr && call.as()->level == AccessLevel::Admin;
  return level >= method.level || (web_admin && method.for_web_admins);
}

RpcFailure denied(const Call& call, const Method& method) {
  const OnBehalf* as = call.as();
  const bool only_here = as != nullptr && as->level >= method.level;
  return {RpcError::Denied, "denied",
          only_here
              ? fmt::format("{} is not done over the web; use ctl on the machine", method.name)
              : fmt::format("{} needs more rights than {}", method.name,
                            as == nullptr ? "this connection has" : "you have")};
}

}  // namespace

std::span<const Method> methods() {
  return kMethods;
}

void dispatch(Context& context, const Call& asked, AccessLevel level, const Request& request) {
  const auto method = std::find_if(kMethods.begin(), kMethods.end(), [&](const Method& candidate) {
    return candidate.name == request.method;
  });
  if (method == kMethods.end()) return asked.fail(unknown_method(request.method));
  Call call = asked;
  if (method->changes()) {
    call.set_audit(std::make_shared<Audit>(context.controller(), method->name,
                                           asker_of(context.parts.facts, call)));
  }
  if (!may_reach(call, level, *method)) return call.fail(denied(call, *method));
  if (const auto refusal = refused_by_drain(context.parts.facts, *method))
    return call.fail(*refusal);
  Params params(*request.params, method->params);
  if (!refused(call, params)) method->handle(context, call, params);
}

bool refused(const Call& call, const Params& params) {
  if (params.problem()) call.fail(*params.problem());
  return params.problem().has_value();
}

void stream_cancel(Context&, const Call& call, Params& params) {
  const auto id = params.json("id");
  if (!id) params.refuse("id", "is missing; it is the id of the request to end");
  if (refused(call, params)) return;
  const bool found = call.cancel_other(*id);
  call.answer(found ? R"({"cancelled":true})" : R"({"cancelled":false})");
}

}  // namespace mainstay::control
