// Who comes in over the web: every request passes here before anything is done for it. Loop thread
// only.
//
// The rules are in docs/web-access.md. What is known about people comes from the controller
// (set_up); the gateway itself keeps nothing that could not be lost with it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "gateway/access/host.h"
#include "gateway/access/passwords.h"
#include "gateway/access/session.h"
#include "gateway/access/throttle.h"
#include "gateway/access/visitor.h"
#include "gateway/front/request.h"
#include "web/setup.h"

namespace mainstay::gateway {

// What a route asks of who wants it.
enum class Need : std::uint8_t {
  Nothing,  // no check at all: whether it is alive, which balancers ask by any name
  Page,     // the page itself, its files, whether one is logged in: by one of our names
  Read,
  Operate,
  Admin,
};

struct LoginReport {
  std::string user;  // empty: there is none of that name; it is not told, as people type passwords
                     // into the wrong field
  std::string from;  // "127.0.0.1:50312"
  bool right = false;
};

// Whom the gate tells; the controller keeps it.
struct GateReports {
  std::function<void(const web::EndedSession&)> session_ended;
  // Only those whose password was looked at: who is slowed down is told of less and less often.
  std::function<void(const LoginReport&)> login;
};

using Verdict = std::variant<Visitor, Refusal>;

class Gate {
 public:
  // `machine`: the name of this machine, machine_name().
  Gate(io::Loop& loop, std::function<Now()> clock, std::string machine, GateReports reports);

  // Replaces all that is known; until the first nobody is admitted.
  void set_up(const web::Setup& setup);

  // Requests that are neither GET nor HEAD change something: those need the CSRF token of their
  // session. For the answers: 401 comes with `WWW-Authenticate: Bearer`, 429 and 503 with
  // Retry-After when the refusal has one.
  Verdict admit(const WebRequest& request, Need need) const;

  // Whether there is anybody who could log in.
  bool can_log_in() const { return !setup_.access.users.empty(); }
  // `done` comes later, from the loop, or at once; with a Visitor whose set_cookie has the session.
  void log_in(const WebRequest& request, std::string user, std::string password,
              std::function<void(Verdict)> done);
  // A Visitor without a level whose set_cookie ends the cookie, also when there was no session.
  Verdict log_out(const WebRequest& request);

 private:
  struct Caller;
  struct Attempt;

  // Nothing: the request came in a way that is good enough.
  std::optional<Refusal> refuse_way(const WebRequest& request, bool by_script) const;
  Caller identify(const WebRequest& request) const;
  Caller holder_of_token(const WebRequest& request, std::string_view authorization) const;
  std::optional<Session> session_of(const WebRequest& request) const;
  Visitor visitor_of(const WebRequest& request, const Session& session) const;
  std::optional<Refusal> refuse_caller(const WebRequest& request, const Caller& caller,
                                       Need need) const;
  Refusal refuse_nobody(const WebRequest& request) const;
  const web::User* find_user(std::string_view name) const;
  std::string cookie_of(const WebRequest& request) const;
  Verdict finish(const Attempt& attempt, bool right);
  Verdict begin_session(const Attempt& attempt, const web::User& user);
  void forget_ended(std::int64_t now);
  std::int64_t seconds() const;

  std::function<Now()> clock_;
  GateReports reports_;
  OwnNames own_;
  web::Setup setup_;
  bool ready_ = false;
  std::map<std::string, std::int64_t, std::less<>> ended_;  // sessions, and when they would end
  Throttle throttle_;
  Passwords passwords_;
};

}  // namespace mainstay::gateway
