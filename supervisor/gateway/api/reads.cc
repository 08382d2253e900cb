// Routes that pass the controller's answer on.
#include <utility>

#include "gateway/api/handlers.h"
#include "gateway/api/log_download.h"

namespace mainstay::gateway {

namespace {

void ask(const Means& means, const std::shared_ptr<Visit>& visit, const Json& params) {
  means.reads.ask(visit->actor(), visit->route->rpc, dump_json(params),
                  [visit](const Reply& reply) {
                    reply.ok ? visit->answer_json(reply.result) : visit->fail(reply);
                  });
}

}  // namespace

void answer_read(const Means& means, const std::shared_ptr<Visit>& visit) {
  ask(means, visit, visit->arguments.params);
}

void answer_services(const Means& means, const std::shared_ptr<Visit>& visit) {
  if (visit->arguments.flag("follow", false)) return means.streams.follow_services(visit);
  answer_read(means, visit);
}

void answer_events(const Means& means, const std::shared_ptr<Visit>& visit) {
  if (visit->arguments.flag("follow", false)) return means.streams.follow_events(visit);
  answer_read(means, visit);
}

void answer_logs(const Means& means, const std::shared_ptr<Visit>& visit) {
  if (visit->arguments.flag("download", false)) return LogDownload::begin(means.upstream, visit);
  if (visit->arguments.flag("follow", false)) return means.streams.follow_logs(visit);
  answer_read(means, visit);
}

void answer_live(const Means& means, const std::shared_ptr<Visit>& visit) {
  means.streams.follow_all(visit);
}

void answer_history(const Means& means, const std::shared_ptr<Visit>& visit) {
  Json params = visit->arguments.params;
  const bool of_host = params.contains("kind") && params["kind"] == "host";
  if (!params.contains("service") && !of_host)
    return visit->fail(400, "invalid_params", "service: is missing; ?service=NAME, or ?kind=host");
  if (params.contains("service")) params["targets"] = std::move(params["service"]);
  params.erase("service");
  ask(means, visit, params);
}

}  // namespace mainstay::gateway
