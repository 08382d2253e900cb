// What probes and scrapers ask. The verdict is public, the reasons are not.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "gateway/api/handlers.h"
#include "gateway/api/health.h"
#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

void answer_verdict(const Visit& visit, bool good) {
  visit.answer_json(good ? R"({"status":"ok"})" : R"({"status":"failing"})", good ? 200 : 503);
}

using Judge = bool (*)(std::string_view services);

void answer_by(const Means& means, const std::shared_ptr<Visit>& visit, Judge judge) {
  means.reads.ask(gateway_itself(), "services.list", "{}", [visit, judge](const Reply& reply) {
    answer_verdict(*visit, reply.ok && judge(json_member(reply.result, "services")));
  });
}

std::string detailed(std::string_view list, std::string_view supervisor) {
  const std::string_view services = json_member(list, "services");
  const ServiceCounts counts = count_services(services);
  std::string text =
      fmt::format(R"({{"status":"{}","ready":{},"totals":{{"all":{})",
                  is_healthy(services) ? "ok" : "failing", is_ready(services), counts.all);
  for (std::size_t i = 0; i < counts.by_state.size(); ++i)
    text += fmt::format(R"(,"{}":{})", kPublicStateNames[i], counts.by_state[i]);
  text += fmt::format(R"(,"unhealthy":{}}},"attention":[{}],"supervisor":{}}})", counts.unhealthy,
                      counts.attention, supervisor);
  return text;
}

// What services.list and supervisor.info say, made into one answer.
void answer_both(const Means& means, const std::shared_ptr<Visit>& visit,
                 std::string (*combine)(std::string_view list, std::string_view supervisor)) {
  const Actor actor = visit->actor();
  means.reads.ask(actor, "services.list", "{}", [&means, visit, actor, combine](const Reply& list) {
    if (!list.ok) return visit->fail(list);
    means.reads.ask(actor, "supervisor.info", "{}",
                    [visit, combine, services = list.result](const Reply& supervisor) {
                      if (!supervisor.ok) return visit->fail(supervisor);
                      visit->answer_json(combine(services, supervisor.result));
                    });
  });
}

}  // namespace

void answer_health(const Means& means, const std::shared_ptr<Visit>& visit) {
  answer_by(means, visit, is_healthy);
}

void answer_ready_probe(const Means& means, const std::shared_ptr<Visit>& visit) {
  answer_by(means, visit, is_ready);
}

void answer_live_probe(const Means& means, const std::shared_ptr<Visit>& visit) {
  means.reads.ask(gateway_itself(), "supervisor.ping", "{}",
                  [visit](const Reply& reply) { answer_verdict(*visit, reply.ok); });
}

void answer_health_detailed(const Means& means, const std::shared_ptr<Visit>& visit) {
  answer_both(means, visit, detailed);
}

void answer_status(const Means& means, const std::shared_ptr<Visit>& visit) {
  answer_both(means, visit, [](std::string_view list, std::string_view supervisor) {
    return fmt::format(R"({{"services":{},"supervisor":{}}})", json_member(list, "services"),
                       supervisor);
  });
}

}  // namespace mainstay::gateway
