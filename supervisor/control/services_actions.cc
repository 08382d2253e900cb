// services.start, stop, restart, reload, reset, enable, disable, signal and scale.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "control/log_streams.h"
#include "control/method.h"
#include "control/service_object.h"
#include "control/target_filter.h"
#include "control/waits.h"

namespace mainstay::control {

namespace {

constexpr std::int64_t kMostInstances = 10000;

std::string results_now(const Context& context, const std::vector<InstanceId>& instances,
                        std::string_view message) {
  const Now now = context.now();
  std::vector<runtime::Outcome> outcomes;
  for (const InstanceId id : instances) {
    const auto status = context.controller().status(id, now);
    outcomes.push_back({id, status.name, true, status.state, std::string(message)});
  }
  return results_text(outcomes);
}

Audit::Result awaited(bool wait) {
  return wait ? Audit::Result::Follows : Audit::Result::IsNotAwaited;
}

void change(Context& context, const Call& call, Params& params, runtime::Verb verb, WaitGoal goal) {
  const auto targets = params.required_targets();
  const bool wait = params.flag("wait", true);
  const bool progress = params.flag("progress", false);
  if (refused(call, params)) return;
  call.audit()->set_targets(targets, {});
  auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  call.audit()->set_targets(targets, resolved.instances);
  call.audit()->accept(awaited(wait));
  const auto request = context.controller().request(verb, resolved.instances, call.who());
  if (wait) {
    context.waits.add(call, request, goal, std::move(resolved.instances), progress);
    return;
  }
  context.controller().forget(request);
  call.answer(results_now(context, resolved.instances, "asked for; not waited for"));
}

int signal_of(Params& params) {
  if (!params.json("signal")) params.refuse("signal", "is missing; for example \"HUP\"");
  if (params.problem()) return 0;
  if (params.is_number("signal")) {
    constexpr std::int64_t kLastSignal = 64;
    return static_cast<int>(params.whole("signal", 1, kLastSignal).value_or(0));
  }
  const auto name = params.text("signal");
  const auto number = name ? signal_number(*name) : std::nullopt;
  if (!number) params.refuse("signal", "there is no such signal; for example HUP, USR1 or 10");
  return number.value_or(0);
}

std::vector<InstanceId> instances_of(const runtime::Controller& controller,
                                     const std::string& service) {
  for (const auto& summary : controller.services()) {
    if (summary.spec->name == service) return summary.instances;
  }
  return {};
}

// 3, "3", "+1" or "-1"; a relative number counts from `current`.
std::optional<std::int64_t> wanted_instances(Params& params, std::int64_t current) {
  if (params.is_number("instances")) return params.whole("instances", 0, kMostInstances);
  const auto text = params.text("instances").value_or("");
  const bool relative = text.starts_with('+') || text.starts_with('-');
  std::int64_t number = 0;
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, number);
  if (error != std::errc() || end != last || std::abs(number) > kMostInstances) {
    params.refuse("instances", "must be a number, or \"+1\" or \"-1\" for more or fewer");
    return std::nullopt;
  }
  const std::int64_t wanted = relative ? current + number : number;
  if (wanted >= 0 && wanted <= kMostInstances) return wanted;
  params.refuse("instances",
                fmt::format("{} is not possible; at least 0, at most {}", wanted, kMostInstances));
  return std::nullopt;
}

std::optional<RpcFailure> find_service(const Context& context, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& summary : context.controller().services())
    names.push_back(summary.spec->name);
  if (std::find(names.begin(), names.end(), name) != names.end()) return std::nullopt;
  const auto meant = name.size() <= 64 ? did_you_mean(name, names) : std::string();
  return RpcFailure{
      RpcError::NoSuchTarget, "no_such_service",
      fmt::format("no service named '{}'{}", to_valid_utf8(name.substr(0, 64)), meant)};
}

}  // namespace

void services_start(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Start, WaitGoal::Up);
}

void services_stop(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Stop, WaitGoal::Down);
}

void services_restart(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Restart, WaitGoal::NewRun);
}

void services_reload(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Reload, WaitGoal::NewRun);
}

void services_reset(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Reset, WaitGoal::Down);
}

void services_enable(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Enable, WaitGoal::Down);
}

void services_disable(Context& context, const Call& call, Params& params) {
  change(context, call, params, runtime::Verb::Disable, WaitGoal::Down);
}

void services_signal(Context& context, const Call& call, Params& params) {
  const auto targets = params.required_targets();
  const int number = signal_of(params);
  if (refused(call, params)) return;
  call.audit()->set("signal", signal_name(number));
  call.audit()->set_targets(targets, {});
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  call.audit()->set_targets(targets, resolved.instances);
  call.audit()->accept(Audit::Result::Follows);
  const Now now = context.now();
  std::vector<runtime::Outcome> outcomes;
  for (const InstanceId id : resolved.instances) {
    const auto sent = context.controller().signal(id, number, call.who());
    const auto status = context.controller().status(id, now);
    outcomes.push_back({id, status.name, sent.ok(), status.state,
                        sent ? fmt::format("sent {} to pid {}", signal_name(number), status.pid)
                             : sent.error().message});
  }
  call.answer_outcomes(outcomes);
}

void services_scale(Context& context, const Call& call, Params& params) {
  const auto name = params.text("name");
  if (!name) params.refuse("name", "is missing");
  const bool wait = params.flag("wait", true);
  const bool progress = params.flag("progress", false);
  if (refused(call, params)) return;
  call.audit()->set_targets({*name}, {});
  if (const auto failure = find_service(context, *name)) return call.fail(*failure);
  const auto before = instances_of(context.controller(), *name);
  call.audit()->set_targets({*name}, before);
  const auto wanted = wanted_instances(params, static_cast<std::int64_t>(before.size()));
  if (refused(call, params)) return;
  call.audit()->set("instances", std::to_string(*wanted));
  const auto request =
      context.controller().scale(*name, static_cast<std::uint32_t>(*wanted), call.who());
  if (!request) return call.fail({RpcError::Failed, "failed", request.error().message});
  call.audit()->accept(awaited(wait));
  context.logs.instances_change();
  if (wait) {
    context.waits.add_scale(call, *request, *name, progress);
    return;
  }
  context.controller().forget(*request);
  call.answer(
      results_now(context, instances_of(context.controller(), *name), "asked for; not waited for"));
}

}  // namespace mainstay::control
