// history.availability.
#include <algorithm>
#include <memory>
#include <utility>

#include "control/event_wish.h"
#include "control/json_writer.h"
#include "control/method.h"
#include "history/availability.h"
#include "history/history.h"

namespace mainstay::control {

namespace {

using history::Availability;
using history::ServiceAvailability;

constexpr Duration kUsualTime = std::chrono::days{7};
constexpr std::size_t kReadAtOnce = 1000;

// Read page by page: the loop and the worker are free in between.
struct Reckoning {
  Parts& parts;
  Call call;
  history::EventQuery query;
  WallTime from;
  WallTime to;
  bool days = false;
  history::AvailabilityReckoner reckoner;
};

void write_means(JsonWriter& out, const Availability& of) {
  out.key("uptime_percent");
  of.uptime_percent() ? out.number(*of.uptime_percent(), 4) : out.null();
  out.key("up_seconds").seconds(of.up).key("down_seconds").seconds(of.down);
  out.key("not_wanted_seconds").seconds(of.not_wanted);
  out.key("unknown_seconds").seconds(of.unknown);
  out.key("failures").whole(static_cast<std::int64_t>(of.failures));
  out.key("mtbf_seconds").seconds(of.between_failures());
  out.key("mttr_seconds").seconds(of.to_recovery());
  out.key("restarts").open_object();
  for (const auto& [cause, count] : of.restarts)
    out.foreign_key(cause).whole(static_cast<std::int64_t>(count));
  out.close_object();
}

void write_service(JsonWriter& out, const ServiceAvailability& service, bool days) {
  out.open_object().key("service").text(service.service);
  write_means(out, service.all);
  if (days) {
    out.key("days").open_list();
    for (const auto& day : service.days) {
      constexpr std::size_t kDateLength = 10;
      out.open_object().key("day").text(format_local_date_clock(day.begin).substr(0, kDateLength));
      write_means(out, day.availability);
      out.close_object();
    }
    out.close_list();
  }
  out.close_object();
}

void answer(const std::shared_ptr<Reckoning>& reckoning) {
  JsonWriter out;
  out.open_object().key("from").time(reckoning->from).key("to").time(reckoning->to);
  out.key("services").open_list();
  for (const ServiceAvailability& service : reckoning->reckoner.finish())
    write_service(out, service, reckoning->days);
  out.close_list().close_object();
  reckoning->call.answer(out.take());
}

void read_on(const std::shared_ptr<Reckoning>& reckoning) {
  if (!reckoning->call.open()) return;
  reckoning->parts.history.events(
      reckoning->query, [reckoning](const Result<std::vector<runtime::Event>>& events) {
        if (!events)
          return reckoning->call.fail({RpcError::Failed, "failed", events.error().message});
        for (const runtime::Event& event : *events)
          reckoning->reckoner.add(event);
        if (events->size() < kReadAtOnce) return answer(reckoning);
        reckoning->query.from = events->back().id + 1;
        read_on(reckoning);
      });
}

// Also of the supervisor itself, which are about no service.
std::vector<std::string> services_and_supervisor(const TargetFilter& filter) {
  auto services = filter.services();
  if (!services.empty()) services.emplace_back();
  return services;
}

}  // namespace

void history_availability(Context& context, const Call& call, Params& params) {
  const auto wish = read_event_wish(context, call, params);
  if (!wish) return;
  const bool days = params.flag("days", false);
  const WallTime now = context.now().wall;
  const WallTime to = std::min(now, wish->until.value_or(now));
  const WallTime from = wish->since.value_or(to + -kUsualTime);
  if (from >= to) params.refuse("since", "must be before until, and in the past");
  if (refused(call, params)) return;
  history::EventQuery query;
  query.until = to;
  query.services = services_and_supervisor(wish->filter);
  query.limit = kReadAtOnce;
  read_on(std::make_shared<Reckoning>(Reckoning{context.parts, call, std::move(query), from, to,
                                                days, history::AvailabilityReckoner{from, to}}));
}

}  // namespace mainstay::control
