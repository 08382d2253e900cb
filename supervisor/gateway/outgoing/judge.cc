#include "gateway/outgoing/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "base/units.h"

namespace mainstay::gateway {

namespace {

using checks::HttpOutcome;
using checks::HttpRequest;
using checks::HttpVerdict;

constexpr std::size_t kMaxPatterns = 256;

// What went wrong here and says nothing of the server.
bool is_our_trouble(int os_error) {
  switch (os_error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EADDRNOTAVAIL:  // no local port is left
    case EACCES:
    case EPERM:
      return true;
    default:
      return false;
  }
}

std::string why_no_connection(const Target& target, int os_error) {
  const std::string& where = target.shown;
  if (!target.socket_path.empty() && (os_error == EACCES || os_error == EPERM)) {
    return fmt::format(
        "cannot connect to {}: permission denied; the gateway is an unprivileged process, let "
        "everybody connect to the socket",
        where);
  }
  switch (os_error) {
    case ECONNREFUSED:
      return "connection refused on " + where;
    case EHOSTUNREACH:
    case ENETUNREACH:
      return "no route to " + where;
    case ENOENT:
    case ENOTDIR:
      return "no socket " + where;
    case EAGAIN:
      return fmt::format("cannot connect to {}: its queue of connections is full", where);
    case 0:
      return "no connection to " + where;
    default:
      return system_error("cannot connect to " + where, os_error).message;
  }
}

std::string why_timed_out(const Target& target, const Answer& answer, Duration timeout) {
  const std::string within = "within " + format_exact(timeout);
  if (!answer.connected) return fmt::format("no connection to {} {}", target.shown, within);
  if (!answer.secured) return fmt::format("no TLS handshake with {} {}", target.shown, within);
  if (answer.began) return "the answer was not complete " + within;
  return "no answer " + within;
}

// Why no answer is there to be judged; empty when one is.
std::string why_no_answer(const Target& target, const Answer& answer, Duration timeout) {
  const std::string& where = target.shown;
  switch (answer.end) {
    case End::Complete:
    case End::Enough:
      return "";
    case End::NoName:
      return fmt::format("cannot look up {}: {}", target.host, answer.detail);
    case End::NoConnection:
      return why_no_connection(target, answer.os_error);
    case End::TimedOut:
      return why_timed_out(target, answer, timeout);
    case End::Silent:
      return where + " closed the connection without an answer";
    case End::Cut:
      return where + " closed before the answer was complete";
    case End::Reset:
      return "connection reset by " + where;
    case End::NotHttp:
      return fmt::format("what {} answered is not HTTP", where);
    case End::HeadTooLong:
      return fmt::format("{} sent more than 64K of headers", where);
    case End::BadCertificate:
      return fmt::format("certificate of {}: {}; insecure: true accepts it", where, answer.detail);
    case End::NoTls:
      return fmt::format("no TLS with {}: {}", where, answer.detail);
    case End::Unable:
      return fmt::format("cannot ask {}: {}", where, answer.detail);
  }
  return "";
}

bool is_among(int status, const std::vector<model::StatusRange>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [status](const model::StatusRange& range) {
    return status >= range.first && status <= range.last;
  });
}

bool matches_a_line(Regex& pattern, std::string_view body) {
  for (std::string_view line : split(body, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (pattern.found_in(line)) return true;
  }
  return false;
}

}  // namespace

std::string describe(const std::vector<model::StatusRange>& ranges) {
  std::string out;
  for (const auto& [first, last] : ranges) {
    out += out.empty() ? "" : " or ";
    out += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
  }
  return out;
}

HttpOutcome Judge::judge(const HttpRequest& request, const Target& target, const Answer& answer) {
  HttpOutcome outcome;
  outcome.status = answer.status;
  outcome.message = why_no_answer(target, answer, request.timeout);
  if (outcome.message.empty() && !is_among(answer.status, request.status))
    outcome.message =
        fmt::format("status {} (expected {})", answer.status, describe(request.status));
  if (outcome.message.empty()) outcome.message = problem_of_body(request, answer);
  const bool ours = answer.end == End::Unable ||
                    (answer.end == End::NoConnection && is_our_trouble(answer.os_error));
  outcome.verdict = outcome.message.empty() ? HttpVerdict::Passed
                    : ours                  ? HttpVerdict::Unknown
                                            : HttpVerdict::Failed;
  return outcome;
}

std::string Judge::problem_of_body(const HttpRequest& request, const Answer& answer) {
  if (request.body.empty()) return "";
  Regex* pattern = compiled(request.body);
  if (pattern == nullptr) return fmt::format("'{}' is not a regular expression", request.body);
  if (matches_a_line(*pattern, answer.body)) return "";
  if (answer.end != End::Enough) return fmt::format("the body does not match '{}'", request.body);
  return fmt::format("no line of the body's first 256K matches '{}'", request.body);
}

Regex* Judge::compiled(const std::string& pattern) {
  const auto known = patterns_.find(pattern);
  if (known != patterns_.end()) return &known->second;
  auto fresh = Regex::compile(pattern);
  if (!fresh) return nullptr;
  if (patterns_.size() >= kMaxPatterns) patterns_.clear();
  return &patterns_.emplace(pattern, std::move(*fresh)).first->second;
}

}  // namespace mainstay::gateway
