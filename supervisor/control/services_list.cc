// services.list, services.follow and services.get.
#include <fmt/format.h>

#include <utility>

#include "config/description.h"
#include "control/drain.h"
#include "control/history_state.h"
#include "control/log_lines.h"
#include "control/method.h"
#include "control/page_state.h"
#include "control/service_object.h"
#include "control/service_streams.h"
#include "control/target_filter.h"

namespace mainstay::control {

namespace {

// Up to here a list waits for fresh numbers of what the instances use; a longer one takes those of
// the latest sample, because looking at thousands of processes takes longer than people notice.
constexpr std::size_t kFreshUsage = 100;

// The member "services".
void write_services(JsonWriter& out, const Context& context,
                    const std::vector<InstanceId>& instances) {
  const Now now = context.now();
  const LogConditions conditions{context.parts};
  out.key("services").open_list();
  for (const InstanceId id : instances) {
    const auto status = context.controller().status(id, now);
    write_service(out, status, context.parts.usage.usage_of(id), conditions.of(status));
  }
  out.close_list();
}

std::string list_text(const Context& context, const std::vector<InstanceId>& instances) {
  JsonWriter out;
  out.open_object();
  write_services(out, context, instances);
  write_page(out, context.parts);
  write_drain(out, context.parts.facts);
  write_history_state(out, context.parts);
  out.close_object();
  return out.take();
}

std::string detail_text(const Context& context, const std::vector<InstanceId>& instances) {
  const Now now = context.now();
  const InstanceId first = instances.front();
  const auto status = context.controller().status(first, now);
  JsonWriter out;
  out.open_object();
  write_service_members(out, status, context.parts.usage.usage_of(first),
                        LogConditions{context.parts}.of(status));
  out.key("log").open_list();
  for (const auto& source : log_sources(context.controller(), std::span(&first, 1), {}, now)) {
    out.text((context.parts.facts.log_dir / source.file).native());
  }
  out.close_list();
  write_texts(out, "limits", context.parts.usage.limits_of(first));
  out.key("spec").open_object();
  for (const auto& setting : config::describe(context.controller().spec(first))) {
    out.foreign_key(setting.key).text(setting.value);
  }
  out.close_object();
  if (instances.size() > 1) {
    out.key("instances").open_object();
    write_services(out, context, instances);
    out.close_object();
  }
  out.close_object();
  return out.take();
}

// Instances may come and go while fresh numbers are fetched: targets are resolved after that.
void answer_list(const Context& context, const Call& call,
                 const std::vector<std::string>& targets) {
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  call.answer(list_text(context, resolved.instances));
}

}  // namespace

void services_list(Context& context, const Call& call, Params& params) {
  const auto targets = params.texts("targets");
  if (refused(call, params)) return;
  UsageSource& usage = context.parts.usage;
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  if (usage.has_sample() && resolved.instances.size() > kFreshUsage) {
    call.answer(list_text(context, resolved.instances));
    usage.refresh([] {});
    return;
  }
  usage.refresh([&context, call, targets] {
    if (call.open()) answer_list(context, call, targets);
  });
}

void services_follow(Context& context, const Call& call, Params& params) {
  auto targets = params.texts("targets");
  if (refused(call, params)) return;
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  context.services.add(call, std::move(targets));
  // Numbers that are fresh come in the second item.
  context.parts.usage.refresh([&context] { context.services.sampled(); });
}

void services_get(Context& context, const Call& call, Params& params) {
  const auto name = params.text("name");
  if (!name) params.refuse("name", "is missing");
  if (refused(call, params)) return;
  context.parts.usage.refresh([&context, call, name = *name] {
    if (!call.open()) return;
    const auto resolved = resolve_targets(context.controller(), std::span(&name, 1));
    if (resolved.failure) return call.fail(*resolved.failure);
    if (resolved.instances.empty()) return call.fail(no_instances(name));
    call.answer(detail_text(context, resolved.instances));
  });
}

}  // namespace mainstay::control
