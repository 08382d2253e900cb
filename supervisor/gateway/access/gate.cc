#include "gateway/access/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gateway/access/digest.h"
#include "gateway/access/sentences.h"
#include "mainstay/access.h"

namespace mainstay::gateway {

namespace {

constexpr std::string_view kTokenStart = "ms_";

bool is_change(const WebRequest& request) {
  return request.method != "GET" && request.method != "HEAD";
}

// "Bearer ms_…": what follows the scheme; empty for everything else.
std::string_view bearer_in(std::string_view authorization) {
  const auto space = authorization.find(' ');
  if (space == authorization.npos ||
      !equals_ignoring_case(authorization.substr(0, space), "bearer"))
    return {};
  const auto first = authorization.find_first_not_of(' ', space);
  return first == authorization.npos ? std::string_view{} : authorization.substr(first);
}

Visitor stranger(const WebRequest& request) {
  const bool v6 = request.address.find(':') != std::string::npos;
  Visitor visitor;
  visitor.from =
      fmt::format("{}{}{}:{}", v6 ? "[" : "", request.address, v6 ? "]" : "", request.port);
  return visitor;
}

AccessLevel level_of(Need need) {
  if (need == Need::Admin) return AccessLevel::Admin;
  return need == Need::Operate ? AccessLevel::Operate : AccessLevel::Read;
}

}  // namespace

// Who sent a request, and by what it is known.
struct Gate::Caller {
  Visitor visitor;
  std::optional<Session> session{};
  bool by_token = false;
  bool bad_token = false;
};

struct Gate::Attempt {
  std::string user;
  std::string address;
  std::string from;
  bool encrypted = false;
  std::string cookie;            // its name
  std::uint64_t generation = 0;  // of the user, when it began; 0: there is none
};

Gate::Gate(io::Loop& loop, std::function<Now()> clock, std::string machine, GateReports reports)
    : clock_(std::move(clock)), reports_(std::move(reports)), passwords_(loop) {
  own_.machine = std::move(machine);
}

void Gate::set_up(const web::Setup& setup) {
  if (setup.access.session_key != setup_.access.session_key) ended_.clear();
  setup_ = setup;
  own_.listen = setup.listen;
  ready_ = true;
  for (const web::EndedSession& session : setup.access.ended)
    ended_[session.id] = session.ends_at;
  forget_ended(seconds());
}

std::int64_t Gate::seconds() const {
  return clock_().wall.unix_seconds();
}

void Gate::forget_ended(std::int64_t now) {
  std::erase_if(ended_, [now](const auto& each) { return each.second <= now; });
}

const web::User* Gate::find_user(std::string_view name) const {
  const auto found = std::ranges::find(setup_.access.users, name, &web::User::name);
  return found == setup_.access.users.end() ? nullptr : &*found;
}

std::string Gate::cookie_of(const WebRequest& request) const {
  return cookie_name(request.encrypted, port_in(own_.listen));
}

std::optional<Refusal> Gate::refuse_way(const WebRequest& request, bool by_script) const {
  if (!ready_) return sentences::not_ready();
  if (!request.loopback && !request.encrypted && !setup_.remote_without_tls)
    return sentences::not_encrypted();
  if (!is_own_host(request, own_)) return sentences::bad_host(request.header("host"), own_.listen);
  if (by_script && is_foreign(request)) return sentences::bad_origin();
  return std::nullopt;
}

Verdict Gate::admit(const WebRequest& request, Need need) const {
  if (need == Need::Nothing) return stranger(request);
  Caller caller = ready_ ? identify(request) : Caller{};
  // A page elsewhere that sends a token was given it: names prove nothing more.
  const bool by_script = need != Need::Page || is_change(request);
  if (!caller.by_token) {
    if (auto refusal = refuse_way(request, by_script)) return *refusal;
  }
  if (auto refusal = refuse_caller(request, caller, need)) return *refusal;
  return std::move(caller.visitor);
}

Gate::Caller Gate::identify(const WebRequest& request) const {
  const std::string_view authorization = request.header("authorization");
  if (!authorization.empty()) return holder_of_token(request, authorization);
  Caller caller{.visitor = stranger(request), .session = session_of(request)};
  const bool open = setup_.access.users.empty() && setup_.access.tokens.empty();
  if (caller.session) {
    caller.visitor = visitor_of(request, *caller.session);
  } else if (open && request.loopback && !is_forwarded(request)) {
    caller.visitor.level = AccessLevel::Read;
  }
  return caller;
}

Gate::Caller Gate::holder_of_token(const WebRequest& request,
                                   std::string_view authorization) const {
  Caller caller{.visitor = stranger(request)};
  const std::string_view secret = bearer_in(authorization);
  const std::string digest = secret.starts_with(kTokenStart) ? sha256_hex(secret) : "";
  for (const web::Token& token : setup_.access.tokens) {
    if (!equal_in_constant_time(token.sha256, digest)) continue;
    caller.visitor.who = "token " + token.name;
    caller.visitor.level = token.level;
    caller.by_token = true;
  }
  // Where a token travels in the open anybody may have it.
  const bool overheard = !request.loopback && !request.encrypted && !setup_.remote_without_tls;
  if (overheard) caller.by_token = false;
  caller.bad_token = !caller.by_token;
  return caller;
}

std::optional<Session> Gate::session_of(const WebRequest& request) const {
  const std::int64_t now = seconds();
  for (const auto value : cookies_named(request.header("cookie"), cookie_of(request))) {
    auto session = verify(value, setup_.access.session_key);
    if (!session || is_over(*session, now) || ended_.contains(session->id)) continue;
    const web::User* user = find_user(session->user);
    if (user != nullptr && user->generation == session->generation) return session;
  }
  return std::nullopt;
}

Visitor Gate::visitor_of(const WebRequest& request, const Session& session) const {
  Visitor visitor = stranger(request);
  visitor.who = "user " + session.user;
  visitor.level = find_user(session.user)->level;
  visitor.csrf = csrf_token(session, setup_.access.session_key);
  const std::int64_t now = seconds();
  if (wants_renewal(session, now)) {
    Session renewed = session;
    renewed.seen = now;
    visitor.set_cookie =
        set_cookie(cookie_of(request), sign(renewed, setup_.access.session_key), request.encrypted);
  }
  return visitor;
}

std::optional<Refusal> Gate::refuse_caller(const WebRequest& request, const Caller& caller,
                                           Need need) const {
  const Visitor& visitor = caller.visitor;
  if (caller.bad_token && need != Need::Page) return sentences::bad_token();
  if (caller.session && is_change(request) &&
      !equal_in_constant_time(request.header("x-csrf-token"), visitor.csrf))
    return sentences::bad_csrf();
  if (need == Need::Page) return std::nullopt;
  if (!visitor.level) return refuse_nobody(request);
  if (*visitor.level >= level_of(need)) return std::nullopt;
  if (visitor.who.empty()) return sentences::only_reading();
  return sentences::not_enough(visitor.who, *visitor.level, level_of(need));
}

Refusal Gate::refuse_nobody(const WebRequest& request) const {
  const bool open = setup_.access.users.empty() && setup_.access.tokens.empty();
  if (open) return sentences::only_this_machine(request.loopback);
  return sentences::login_required(can_log_in());
}

void Gate::log_in(const WebRequest& request, std::string user, std::string password,
                  std::function<void(Verdict)> done) {
  if (auto refusal = refuse_way(request, true)) return done(*refusal);
  if (!can_log_in()) return done(sentences::nobody_can_log_in());
  const web::User* known = find_user(user);
  // What is no name counts as one user: the table of those who fail stays small.
  Attempt attempt{.user = is_access_name(user) ? std::move(user) : "?",
                  .address = request.address,
                  .from = stranger(request).from,
                  .encrypted = request.encrypted,
                  .cookie = cookie_of(request),
                  .generation = known != nullptr ? known->generation : 0};
  // Asked again when its turn comes: others from the same address may have failed meanwhile.
  const auto too_early = [this, attempt, done] {
    const Duration wait = throttle_.wait(attempt.address, attempt.user, clock_().mono);
    if (wait > Duration{0}) done(sentences::too_many_logins(wait));
    return wait > Duration{0};
  };
  if (too_early()) return wipe(password);
  const bool taken = passwords_.check(
      std::move(password), known != nullptr ? known->password : "",
      [too_early] { return !too_early(); },
      [this, attempt, done](bool right) { done(finish(attempt, right)); });
  if (!taken) done(sentences::too_many_logins(std::chrono::seconds{2}));
}

Verdict Gate::finish(const Attempt& attempt, bool right) {
  const web::User* user = find_user(attempt.user);
  const bool same = user != nullptr && user->generation == attempt.generation;
  reports_.login({user != nullptr ? attempt.user : "", attempt.from, right && same});
  if (right && same) return begin_session(attempt, *user);
  throttle_.failed(attempt.address, attempt.user, clock_().mono);
  return sentences::login_failed();
}

Verdict Gate::begin_session(const Attempt& attempt, const web::User& user) {
  throttle_.succeeded(attempt.user);
  constexpr std::size_t kIdBytes = 16;
  const std::int64_t now = seconds();
  const Session session{user.name, user.generation, random_hex(kIdBytes), now, now};
  if (session.id.empty() || setup_.access.session_key.empty()) return sentences::not_ready();
  const std::string& key = setup_.access.session_key;
  return Visitor{.who = "user " + user.name,
                 .level = user.level,
                 .from = attempt.from,
                 .csrf = csrf_token(session, key),
                 .set_cookie = set_cookie(attempt.cookie, sign(session, key), attempt.encrypted)};
}

Verdict Gate::log_out(const WebRequest& request) {
  if (Verdict verdict = admit(request, Need::Page); std::holds_alternative<Refusal>(verdict))
    return verdict;
  if (const auto session = session_of(request)) {
    const std::int64_t end = last_end(*session);
    forget_ended(seconds());
    ended_[session->id] = end;
    reports_.session_ended({session->id, end});
  }
  Visitor visitor = stranger(request);
  visitor.set_cookie = set_cookie(cookie_of(request), "", request.encrypted);
  return visitor;
}

}  // namespace mainstay::gateway
