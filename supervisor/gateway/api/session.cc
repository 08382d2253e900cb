// Who somebody is: logging in and out.
#include <utility>
#include <variant>

#include "gateway/api/handlers.h"
#include "mainstay/access.h"

namespace mainstay::gateway {

namespace {

Json or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(std::string{text});
}

std::string session_text(const Visitor& visitor, bool can_log_in) {
  std::string_view who = visitor.who;
  if (who.starts_with("user ")) who.remove_prefix(5);
  Json session = Json::object();
  session["user"] = or_null(who);
  session["level"] = visitor.level ? Json(to_string(*visitor.level)) : Json(nullptr);
  session["csrf"] = or_null(visitor.csrf);
  session["login"] = can_log_in;
  return dump_json(session);
}

// The visit goes on as that visitor.
void answer_as(Visit& visit, Verdict verdict, bool can_log_in) {
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) return visit.fail(*refusal);
  visit.visitor = std::get<Visitor>(std::move(verdict));
  visit.answer_json(session_text(visit.visitor, can_log_in));
}

}  // namespace

void answer_session(const Means& means, const std::shared_ptr<Visit>& visit) {
  visit->answer_json(session_text(visit->visitor, means.doorman.can_log_in()));
}

void answer_log_in(const Means& means, const std::shared_ptr<Visit>& visit) {
  const Json& own = visit->arguments.own;
  means.doorman.log_in(visit->web(), own["user"].get<std::string>(),
                       own["password"].get<std::string>(),
                       [visit](Verdict verdict) { answer_as(*visit, std::move(verdict), true); });
}

void answer_log_out(const Means& means, const std::shared_ptr<Visit>& visit) {
  answer_as(*visit, means.doorman.log_out(visit->web()), means.doorman.can_log_in());
}

}  // namespace mainstay::gateway
