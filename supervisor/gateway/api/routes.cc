#include <array>

#include "gateway/api/handlers.h"
#include "gateway/api/route.h"

namespace mainstay::gateway {

namespace {

using enum ParameterKind;

constexpr Parameter kTargets{.name = "targets", .kind = List};
constexpr Parameter kSince{.name = "since", .kind = Time};
constexpr Parameter kUntil{.name = "until", .kind = Time};
constexpr Parameter kFollow{.name = "follow", .kind = Flag, .ours = true};

constexpr std::array kServices{kTargets, kFollow};
constexpr std::array kCrashes{Parameter{.name = "limit", .kind = Whole, .least = 1, .most = 20}};
constexpr std::array kWait{Parameter{.name = "wait", .kind = Flag}};
constexpr std::array kSignal{Parameter{.name = "signal", .kind = Anything, .required = true}};
constexpr std::array kScale{Parameter{.name = "instances", .kind = Anything, .required = true}};
constexpr std::array kApply{Parameter{.name = "hash"}};
constexpr std::array kLogs{
    Parameter{.name = "lines", .kind = Whole, .least = 0, .most = 100'000},
    kSince,
    kUntil,
    Parameter{.name = "grep"},
    Parameter{.name = "ignore_case", .kind = Flag},
    Parameter{.name = "stream", .kind = Choice, .choices = "out|err"},
    Parameter{.name = "level", .kind = Choice, .choices = "error|warn|info|debug"},
    kFollow,
    Parameter{.name = "download", .kind = Flag, .ours = true},
};
constexpr std::array kEvents{
    kSince,
    kUntil,
    Parameter{.name = "from", .kind = Whole, .least = 0, .most = INT64_MAX},
    Parameter{.name = "before", .kind = Whole, .least = 0, .most = INT64_MAX},
    Parameter{.name = "limit", .kind = Whole, .least = 1, .most = 1000},
    kTargets,
    kFollow,
};
constexpr std::array kMonitors{kTargets, Parameter{.name = "history", .kind = Flag}};
constexpr std::array kHistory{
    Parameter{.name = "service", .kind = List},
    Parameter{.name = "metric"},
    Parameter{.name = "from", .kind = Time},
    Parameter{.name = "to", .kind = Time},
    Parameter{.name = "step"},
    Parameter{.name = "kind", .kind = Choice, .choices = "instance|host|disk|check|monitor"},
    Parameter{.name = "points", .kind = Whole, .least = 2, .most = 10'000},
};
constexpr std::array kAvailability{kTargets, kSince, kUntil,
                                   Parameter{.name = "days", .kind = Flag}};
constexpr std::array kAnalysis{kTargets, kSince, kUntil};
constexpr std::array kAudit{
    Parameter{.name = "before", .kind = Whole, .least = 0, .most = INT64_MAX}, kSince,   kUntil,
    Parameter{.name = "limit", .kind = Whole, .least = 1, .most = 1000},       kTargets,
};
constexpr std::array kHead{Parameter{.name = "head"}};
constexpr std::array kCredentials{Parameter{.name = "user", .required = true, .ours = true},
                                  Parameter{.name = "password", .required = true, .ours = true}};

constexpr Route read(std::string_view pattern, std::string_view rpc,
                     std::span<const Parameter> query = {}) {
  return {.method = "GET", .pattern = pattern, .handle = answer_read, .rpc = rpc, .query = query};
}

constexpr Route action(std::string_view pattern, std::string_view rpc,
                       std::span<const Parameter> query, std::span<const Parameter> body = {}) {
  return {.method = "POST",
          .pattern = pattern,
          .need = Need::Operate,
          .handle = answer_action,
          .rpc = rpc,
          .query = query,
          .body = body};
}

// Of the file in force, never of one that the visitor names.
constexpr Route config(std::string_view pattern, std::string_view rpc,
                       std::span<const Parameter> body = {}) {
  Route route = action(pattern, rpc, {}, body);
  route.handle = answer_config;
  return route;
}

// What people did is for those who may do everything.
constexpr Route audit(std::string_view pattern, std::string_view rpc,
                      std::span<const Parameter> query) {
  Route route = read(pattern, rpc, query);
  route.need = Need::Admin;
  return route;
}

constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/api/v1/services",
          .handle = answer_services,
          .rpc = "services.list",
          .query = kServices},
    read("/api/v1/services/{name}", "services.get"),
    read("/api/v1/services/{name}/why", "services.why"),
    read("/api/v1/services/{name}/crashes", "services.crashes", kCrashes),
    action("/api/v1/services/{targets}/start", "services.start", kWait),
    action("/api/v1/services/{targets}/stop", "services.stop", kWait),
    action("/api/v1/services/{targets}/restart", "services.restart", kWait),
    action("/api/v1/services/{targets}/reload", "services.reload", kWait),
    action("/api/v1/services/{targets}/reset", "services.reset", kWait),
    action("/api/v1/services/{targets}/enable", "services.enable", kWait),
    action("/api/v1/services/{targets}/disable", "services.disable", kWait),
    action("/api/v1/services/{targets}/signal", "services.signal", {}, kSignal),
    action("/api/v1/services/{name}/scale", "services.scale", kWait, kScale),
    Route{.method = "GET",
          .pattern = "/api/v1/services/{targets}/logs",
          .handle = answer_logs,
          .rpc = "logs.read",
          .query = kLogs},
    Route{.method = "GET",
          .pattern = "/api/v1/events",
          .handle = answer_events,
          .rpc = "events.list",
          .query = kEvents},
    Route{.method = "GET", .pattern = "/api/v1/live", .handle = answer_live},
    read("/api/v1/monitors", "monitors.list", kMonitors),
    Route{.method = "GET",
          .pattern = "/api/v1/history",
          .handle = answer_history,
          .rpc = "history.query",
          .query = kHistory},
    read("/api/v1/availability", "history.availability", kAvailability),
    read("/api/v1/analysis", "analysis.get", kAnalysis),
    read("/api/v1/config", "config.get"),
    config("/api/v1/config/plan", "config.plan"),
    config("/api/v1/config/apply", "config.apply", kApply),
    read("/api/v1/supervisor", "supervisor.info"),
    audit("/api/v1/audit", "audit.list", kAudit),
    audit("/api/v1/audit/verify", "audit.verify", kHead),
    Route{.method = "POST",
          .pattern = "/api/v1/supervisor/shutdown",
          .need = Need::Operate,
          .handle = answer_not_here},
    Route{.method = "POST",
          .pattern = "/api/v1/supervisor/upgrade",
          .need = Need::Operate,
          .handle = answer_not_here},
    Route{.method = "GET",
          .pattern = "/api/v1/openapi.json",
          .need = Need::Page,
          .handle = answer_openapi},
    Route{.method = "GET",
          .pattern = "/api/v1/session",
          .need = Need::Page,
          .handle = answer_session},
    Route{.method = "POST",
          .pattern = "/api/v1/session",
          .need = Need::Nothing,
          .handle = answer_log_in,
          .body = kCredentials},
    Route{.method = "DELETE",
          .pattern = "/api/v1/session",
          .need = Need::Nothing,
          .handle = answer_log_out},
    Route{.method = "GET", .pattern = "/health", .need = Need::Nothing, .handle = answer_health},
    Route{.method = "GET",
          .pattern = "/health/live",
          .need = Need::Nothing,
          .handle = answer_live_probe},
    Route{.method = "GET",
          .pattern = "/health/ready",
          .need = Need::Nothing,
          .handle = answer_ready_probe},
    Route{.method = "GET", .pattern = "/health/detailed", .handle = answer_health_detailed},
    Route{.method = "GET", .pattern = "/status", .handle = answer_status},
    Route{.method = "GET", .pattern = "/metrics", .handle = answer_metrics, .rpc = "metrics.read"},
    Route{.method = "GET",
          .pattern = "/history",
          .handle = answer_history,
          .rpc = "history.query",
          .query = kHistory},
    Route{.method = "GET",
          .pattern = "/",
          .need = Need::Page,
          .handle = answer_page,
          .any_query = true},
    Route{.method = "GET",
          .pattern = "/assets/{path...}",
          .need = Need::Page,
          .handle = answer_page,
          .any_query = true},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace mainstay::gateway
