// Routes that pass the controller's answer on.
#include <utility>

#include "gateway/api/handlers.h"
#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

void ask(const Means& means, const std::shared_ptr<Visit>& visit, const Json& params) {
  means.reads.ask(visit->actor(), visit->route->rpc, dump_json(params),
                  [visit](const Reply& reply) {
                    reply.ok ? visit->answer_json(reply.result) : visit->fail(reply);
                  });
}

// The lines of a reading as a file to keep.
std::string plain_lines(std::string_view result) {
  std::string text;
  for_each_element(json_member(result, "lines"), [&text](std::string_view line) {
    const auto said = parse_trusted_json(json_member(line, "text"));
    if (said && said->is_string()) text += said->get<std::string>();
    if (json_member(line, "partial") != "true") text += '\n';
  });
  return text;
}

void download(const Means& means, const std::shared_ptr<Visit>& visit) {
  means.reads.ask(
      visit->actor(), "logs.read", dump_json(visit->arguments.params), [visit](const Reply& reply) {
        if (!reply.ok) return visit->fail(reply);
        visit->answer(
            {.type = "text/plain; charset=utf-8",
             .body = plain_lines(reply.result),
             .headers = {{"Content-Disposition", "attachment; filename=\"mainstay.log\""}}});
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
  if (visit->arguments.flag("download", false)) return download(means, visit);
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
