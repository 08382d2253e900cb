// config.get, config.plan and config.apply.
#include <filesystem>

#include "config/description.h"
#include "control/configuration.h"
#include "control/json_writer.h"
#include "control/method.h"
#include "control/service_object.h"

namespace mainstay::control {

namespace {

void write_differences(JsonWriter& out, std::string_view key,
                       const std::vector<config::Difference>& differences) {
  out.key(key).open_list();
  for (const config::Difference& difference : differences) {
    out.open_object().key("key").text(difference.key).key("before");
    difference.before ? out.text(*difference.before) : out.null();
    out.key("after");
    difference.after ? out.text(*difference.after) : out.null();
    out.close_object();
  }
  out.close_list();
}

std::string_view text_of(Rollback::OnDisk found) {
  switch (found) {
    case Rollback::OnDisk::Same:
      return "same";
    case Rollback::OnDisk::InForce:
      return "in_force";
    case Rollback::OnDisk::Another:
      return "another";
    case Rollback::OnDisk::Unusable:
      return "unusable";
  }
  return "";
}

void write_rollback(JsonWriter& out, const std::optional<Rollback>& rollback) {
  out.key("rollback");
  if (!rollback) return static_cast<void>(out.null());
  out.open_object().key("since").time(rollback->since).key("until").time(rollback->until);
  out.key("replaced_by").text(rollback->replaced_by);
  out.key("on_disk").text(text_of(rollback->on_disk)).close_object();
}

std::string text_of(const Proposal& proposal) {
  const config::Plan& plan = proposal.plan;
  JsonWriter out;
  out.open_object().key("file").text(proposal.file.native());
  out.key("start_file").text(proposal.start_file.native()).key("hash").text(proposal.hash);
  out.key("changes").flag(!plan.changes_nothing());
  write_texts(out, "removed", plan.removed);
  write_texts(out, "added", plan.added);
  out.key("changed").open_list();
  for (const config::ServiceChange& change : plan.changed) {
    out.open_object().key("name").text(change.name).key("restart").flag(change.restart);
    write_differences(out, "differences", change.differences);
    out.close_object();
  }
  out.close_list();
  write_differences(out, "settings", plan.settings);
  out.key("unchanged").whole(static_cast<std::int64_t>(plan.unchanged));
  out.key("inactive").whole(static_cast<std::int64_t>(proposal.inactive));
  write_rollback(out, proposal.rollback);
  out.close_object();
  return out.take();
}

// Nothing: the call has failed.
std::optional<ConfigRequest> request_of(Context& context, const Call& call, Params& params) {
  ConfigRequest request{call.who(), {}, call.audit() ? params.text("hash") : std::nullopt};
  if (const auto file = params.text("file")) {
    request.file = *file;
    if (!request.file.is_absolute()) params.refuse("file", "must be an absolute path");
  }
  request.rollback = params.flag("rollback", false);
  if (request.rollback && !request.file.empty()) params.refuse("rollback", "takes no file");
  if (refused(call, params)) return std::nullopt;
  if ((request.rollback || !request.file.empty()) && call.as() != nullptr) {
    call.fail({RpcError::Denied, "denied",
               "over the web only the file in force can be read again; use ctl on the machine"});
    return std::nullopt;
  }
  if (context.parts.configuration != nullptr) return request;
  call.fail({RpcError::NotActive, "not_active", "the configuration cannot be changed here"});
  return std::nullopt;
}

// What is at fault in a file may be a secret: over the web it is told where, not what is there.
RpcFailure failure_for(const Call& call, const RpcFailure& failure) {
  if (call.as() == nullptr || failure.code != "invalid_config") return failure;
  return {failure.error, failure.code,
          "the file has errors, nothing was changed; ctl check on the machine shows them"};
}

Proposed answer_to(const Call& call) {
  return [call](const std::variant<Proposal, RpcFailure>& result) {
    if (const auto* failure = std::get_if<RpcFailure>(&result))
      return call.fail(failure_for(call, *failure));
    call.answer(text_of(std::get<Proposal>(result)));
  };
}

}  // namespace

void config_get(Context& context, const Call& call, Params&) {
  JsonWriter out;
  out.open_object().key("config").open_object();
  for (const auto& setting : config::describe(context.controller().ecosystem())) {
    out.foreign_key(setting.key).text(setting.value);
  }
  out.close_object().close_object();
  call.answer(out.take());
}

void config_plan(Context& context, const Call& call, Params& params) {
  const auto request = request_of(context, call, params);
  if (request) context.parts.configuration->plan(*request, answer_to(call));
}

void config_apply(Context& context, const Call& call, Params& params) {
  const auto request = request_of(context, call, params);
  if (!request) return;
  if (!request->file.empty()) call.audit()->set("file", request->file.native());
  if (request->rollback) call.audit()->set("rollback", "true");
  call.audit()->accept(Audit::Result::Follows);
  context.parts.configuration->apply(*request, answer_to(call));
}

}  // namespace mainstay::control
