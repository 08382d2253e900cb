// Routes that change something, or would.
#include <fmt/format.h>

#include <utility>

#include "gateway/api/handlers.h"
#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

// What went wrong in {"results":[{"name","ok","message"}…]}: "web: …; api: …", nothing when all of
// it went well.
std::string failures_in(std::string_view result) {
  std::string text;
  for_each_element(json_member(result, "results"), [&text](std::string_view outcome) {
    if (json_member(outcome, "ok") != "false") return;
    const auto name = parse_trusted_json(json_member(outcome, "name"));
    const auto message = parse_trusted_json(json_member(outcome, "message"));
    if (!name || !message || !name->is_string() || !message->is_string()) return;
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", name->get<std::string>(), message->get<std::string>());
  });
  return text;
}

// The outcomes are told in any case; an error beside them is for scripts that look at the status.
void answer_outcomes(const Visit& visit, std::string_view result, bool waited) {
  const std::string failures = failures_in(result);
  if (failures.empty()) return visit.answer_json(result, waited ? 200 : 202);
  std::string text = R"({"error":{"code":"failed","message":)";
  append_json_string(text, failures);
  text += "},";
  text += result.substr(1);
  visit.answer_json(text, 409);
}

}  // namespace

void answer_action(const Means& means, const std::shared_ptr<Visit>& visit) {
  const Json& params = visit->arguments.params;
  const bool waited = !params.contains("wait") || params["wait"].get<bool>();
  // It goes on when the client goes away: the connection to the controller stays.
  means.upstream.call(
      visit->actor(), visit->route->rpc, dump_json(params), [visit, waited](const Reply& reply) {
        reply.ok ? answer_outcomes(*visit, reply.result, waited) : visit->fail(reply);
      });
}

void answer_config(const Means& means, const std::shared_ptr<Visit>& visit) {
  const bool applies = visit->route->rpc == "config.apply";
  means.upstream.call(visit->actor(), visit->route->rpc, dump_json(visit->arguments.params),
                      [visit, applies](const Reply& reply) {
                        if (!reply.ok) return visit->fail(reply);
                        const bool goes_on =
                            applies && json_member(reply.result, "changes") == "true";
                        visit->answer_json(reply.result, goes_on ? 202 : 200);
                      });
}

void answer_not_here(const Means&, const std::shared_ptr<Visit>& visit) {
  const bool down = visit->request().path.ends_with("shutdown");
  visit->fail(403, "denied",
              fmt::format("not over the web; on the machine: ctl {}", down ? "down" : "upgrade"));
}

}  // namespace mainstay::gateway
