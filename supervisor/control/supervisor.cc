// supervisor.info, ping, shutdown and upgrade.
#include "control/configuration.h"
#include "control/drain.h"
#include "control/history_state.h"
#include "control/host_object.h"
#include "control/json_writer.h"
#include "control/method.h"
#include "control/page_state.h"
#include "control/waits.h"
#include "mainstay/version.h"

namespace mainstay::control {

namespace {

std::string info_text(const Context& context) {
  const Facts& facts = context.parts.facts;
  const auto& controller = context.controller();
  JsonWriter out;
  out.open_object().key("name").text(controller.ecosystem().name).key("version").text(kVersion);
  out.key("pid").whole(facts.pid).key("controller_pid").whole(facts.controller_pid);
  out.key("started_at").time(facts.started.wall);
  out.key("uptime_seconds").seconds(context.now().mono - facts.started.mono);
  out.key("config").text(facts.config.native());
  const Configuration* configuration = context.parts.configuration;
  out.key("config_hash").text_or_null(configuration != nullptr ? configuration->hash() : "");
  out.key("config_changes").flag(configuration != nullptr && configuration->changes());
  out.key("state_dir").text(facts.state_dir.native());
  out.key("log_dir").text(facts.log_dir.native()).key("socket").text(facts.socket.native());
  out.key("services").whole(static_cast<std::int64_t>(controller.ecosystem().services.size()));
  out.key("instances").whole(static_cast<std::int64_t>(controller.instances().size()));
  const auto memory = context.parts.usage.supervisor_memory_bytes();
  out.key("memory_bytes");
  memory != 0 ? out.whole(static_cast<std::int64_t>(memory)) : out.null();
  write_host(out.key("host"), context.parts.usage.host());
  out.key("upgrade");
  if (facts.upgrade) {
    out.open_object().key("at").time(facts.upgrade->at).key("from").text(facts.upgrade->from);
    out.key("ok").flag(facts.upgrade->ok).close_object();
  } else {
    out.null();
  }
  write_page(out, context.parts);
  write_drain(out, facts);
  write_history_state(out, context.parts);
  out.close_object();
  return out.take();
}

}  // namespace

void supervisor_info(Context& context, const Call& call, Params&) {
  if (context.parts.usage.has_sample()) return call.answer(info_text(context));
  context.parts.usage.refresh([&context, call] {
    if (call.open()) call.answer(info_text(context));
  });
}

void supervisor_ping(Context&, const Call& call, Params&) {
  call.answer(R"({"pong":true})");
}

// A second request waits with the first; only "hurry" kills what does not end by itself.
void supervisor_shutdown(Context& context, const Call& call, Params& params) {
  const bool progress = params.flag("progress", false);
  const bool hurry = params.flag("hurry", false);
  if (refused(call, params)) return;
  auto& controller = context.controller();
  const bool began = controller.shutting_down();
  if (began && !hurry) call.audit()->accept(Audit::Result::IsNotAwaited);
  const auto told = call.audit()->take_accepted();
  if (!began) controller.shutdown(0, "asked by " + call.who(), told);
  if (hurry) controller.shutdown(0, "hurried by " + call.who(), told);
  context.waits.add_shutdown(call, progress);
}

void supervisor_upgrade(Context& context, const Call& call, Params&) {
  if (context.controller().shutting_down()) {
    return call.fail({RpcError::Failed, "failed", "cannot upgrade: the supervisor shuts down"});
  }
  // When it goes well, the event that comes next is that of the new controller.
  call.audit()->accept(Audit::Result::Follows);
  context.parts.upgrade(call.who(), [call](const Result<std::string>& version) {
    if (!version) {
      return call.fail({RpcError::Failed, "failed",
                        "not upgraded, nothing was changed: " + version.error().message});
    }
    JsonWriter out;
    out.open_object().key("from").text(kVersion).key("to").text(*version).close_object();
    call.answer(out.take());
  });
}

}  // namespace mainstay::control
