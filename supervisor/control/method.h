// The static table of methods: nothing is looked up by name anywhere else (FAULTS section 5).
#pragma once

#include <span>
#include <string_view>

#include "control/call.h"
#include "control/context.h"
#include "control/params.h"
#include "mainstay/protocol.h"

namespace mainstay::control {

struct Method {
  std::string_view name;
  AccessLevel level;
  std::span<const std::string_view> params;  // the names it takes
  // Answers `call` or lets somebody answer it later. When params has a problem after the handler
  // read what it needs, the handler must fail the call with it (see refused()) and change nothing.
  void (*handle)(Context&, const Call&, Params&);
  // In spite of its level, people whose level is Admin reach it over the page.
  bool for_web_admins = false;
  bool reads = false;  // it changes nothing, though its level is above Read

  bool changes() const { return level != AccessLevel::Read && !reads; }
};

std::span<const Method> methods();

// Checks name, level and parameter names, then calls the handler.
void dispatch(Context& context, const Call& call, AccessLevel level, const Request& request);

// Fails the call if the parameters have a problem; true: it did, the handler is done.
bool refused(const Call& call, const Params& params);

// The handlers, by resource.
void services_list(Context&, const Call&, Params&);
void services_follow(Context&, const Call&, Params&);
void services_get(Context&, const Call&, Params&);
void services_why(Context&, const Call&, Params&);
void services_crashes(Context&, const Call&, Params&);
void services_start(Context&, const Call&, Params&);
void services_stop(Context&, const Call&, Params&);
void services_restart(Context&, const Call&, Params&);
void services_reload(Context&, const Call&, Params&);
void services_reset(Context&, const Call&, Params&);
void services_enable(Context&, const Call&, Params&);
void services_disable(Context&, const Call&, Params&);
void services_signal(Context&, const Call&, Params&);
void services_scale(Context&, const Call&, Params&);
void logs_read(Context&, const Call&, Params&);
void logs_follow(Context&, const Call&, Params&);
void logs_export(Context&, const Call&, Params&);
void logs_rotate(Context&, const Call&, Params&);
void logs_flush(Context&, const Call&, Params&);
void logs_usage(Context&, const Call&, Params&);
void analysis_get(Context&, const Call&, Params&);
void events_list(Context&, const Call&, Params&);
void events_follow(Context&, const Call&, Params&);
void audit_list(Context&, const Call&, Params&);
void audit_verify(Context&, const Call&, Params&);
void history_availability(Context&, const Call&, Params&);
void monitors_list(Context&, const Call&, Params&);
void history_query(Context&, const Call&, Params&);
void metrics_read(Context&, const Call&, Params&);
void supervisor_info(Context&, const Call&, Params&);
void supervisor_ping(Context&, const Call&, Params&);
void supervisor_shutdown(Context&, const Call&, Params&);
void supervisor_upgrade(Context&, const Call&, Params&);
void config_get(Context&, const Call&, Params&);
void access_get(Context&, const Call&, Params&);
void access_set_user(Context&, const Call&, Params&);
void access_remove_user(Context&, const Call&, Params&);
void access_add_token(Context&, const Call&, Params&);
void access_revoke_token(Context&, const Call&, Params&);
void access_end_session(Context&, const Call&, Params&);
void access_logged_in(Context&, const Call&, Params&);
void access_login_failed(Context&, const Call&, Params&);
void stream_more(Context&, const Call&, Params&);
void stream_cancel(Context&, const Call&, Params&);

}  // namespace mainstay::control
