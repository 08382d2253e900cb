#include "gateway/api/handlers.h"
#include "gateway/api/metrics_text.h"

namespace mainstay::gateway {

void answer_metrics(const Means& means, const std::shared_ptr<Visit>& visit) {
  means.reads.ask(visit->actor(), visit->route->rpc, "{}", [visit](const Reply& reply) {
    if (!reply.ok) return visit->fail(reply);
    auto text = metrics_text(reply.result);
    if (!text) return visit->fail(500, "internal", text.error().message);
    visit->answer({.type = std::string{kMetricsType}, .body = std::move(*text)});
  });
}

}  // namespace mainstay::gateway
