#include "gateway/outgoing/judge.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

using namespace mainstay;
using namespace mainstay::gateway;
using checks::HttpOutcome;
using checks::HttpRequest;
using checks::HttpVerdict;

namespace {

Target somewhere() {
  Target target;
  target.host = "db.internal";
  target.shown = "db.internal:8000";
  return target;
}

Answer ended(End end, int os_error = 0) {
  Answer answer;
  answer.end = end;
  answer.os_error = os_error;
  answer.detail = "self-signed certificate";
  return answer;
}

Answer answered(int status, std::string body = "") {
  Answer answer;
  answer.end = End::Complete;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

HttpOutcome judge(const HttpRequest& request, const Answer& answer) {
  Judge judge;
  return judge.judge(request, somewhere(), answer);
}

std::string problem(const Answer& answer) {
  const HttpOutcome outcome = judge({}, answer);
  CHECK(outcome.verdict == HttpVerdict::Failed);
  return outcome.message;
}

std::string unknown(const Answer& answer) {
  const HttpOutcome outcome = judge({}, answer);
  CHECK(outcome.verdict == HttpVerdict::Unknown);
  return outcome.message;
}

Answer timed_out(bool connected, bool secured, bool began) {
  Answer answer = ended(End::TimedOut);
  answer.connected = connected;
  answer.secured = secured;
  answer.began = began;
  return answer;
}

HttpRequest with_body(std::string pattern) {
  HttpRequest request;
  request.body = std::move(pattern);
  return request;
}

}  // namespace

TEST_CASE("A status within the ranges passes") {
  HttpRequest request;
  CHECK(judge(request, answered(200)).verdict == HttpVerdict::Passed);
  CHECK(judge(request, answered(399)).message == "");
  CHECK(problem(answered(500)) == "status 500 (expected 200-399)");
  CHECK(judge(request, answered(500)).status == 500);
  request.status = {{204, 204}, {500, 599}};
  CHECK(judge(request, answered(500)).verdict == HttpVerdict::Passed);
  CHECK(judge(request, answered(200)).message == "status 200 (expected 204 or 500-599)");
}

TEST_CASE("Some line of the body matches, or the check fails") {
  const std::string body = "first\r\nsecond\nlast";
  for (const char* pattern : {"^first$", "^second$", "last$", "eco"}) {
    CAPTURE(std::string{pattern});
    CHECK(judge(with_body(pattern), answered(200, body)).verdict == HttpVerdict::Passed);
  }
  CHECK(judge(with_body("^econd"), answered(200, body)).message ==
        "the body does not match '^econd'");
  CHECK(judge(with_body("x"), answered(200)).verdict == HttpVerdict::Failed);
  Answer long_one = answered(200, body);
  long_one.end = End::Enough;
  CHECK(judge(with_body("x"), long_one).message == "no line of the body's first 256K matches 'x'");
  CHECK(judge(with_body("("), answered(200, body)).message == "'(' is not a regular expression");
  // The status is what is said first.
  CHECK(judge(with_body("x"), answered(500)).message == "status 500 (expected 200-399)");
}

TEST_CASE("Many patterns are compiled once each and not kept for ever") {
  Judge judge;
  for (int i = 0; i < 1000; ++i) {
    const HttpRequest request = with_body("^" + std::to_string(i) + "$");
    CHECK(judge.judge(request, somewhere(), answered(200, std::to_string(i))).verdict ==
          HttpVerdict::Passed);
  }
}

TEST_CASE("Every end is said in words") {
  CHECK(problem(ended(End::NoName)) == "cannot look up db.internal: self-signed certificate");
  CHECK(problem(ended(End::NoConnection, ECONNREFUSED)) ==
        "connection refused on db.internal:8000");
  CHECK(problem(ended(End::NoConnection, EHOSTUNREACH)) == "no route to db.internal:8000");
  CHECK(problem(ended(End::NoConnection, ENOENT)) == "no socket db.internal:8000");
  CHECK(problem(ended(End::NoConnection, EAGAIN)) ==
        "cannot connect to db.internal:8000: its queue of connections is full");
  CHECK(problem(ended(End::NoConnection)) == "no connection to db.internal:8000");
  CHECK(problem(ended(End::NoConnection, ENOTSOCK)) ==
        "cannot connect to db.internal:8000: socket operation on non-socket");
  CHECK(problem(timed_out(false, false, false)) == "no connection to db.internal:8000 within 5s");
  CHECK(problem(timed_out(true, false, false)) ==
        "no TLS handshake with db.internal:8000 within 5s");
  CHECK(problem(timed_out(true, true, false)) == "no answer within 5s");
  CHECK(problem(timed_out(true, true, true)) == "the answer was not complete within 5s");
  CHECK(problem(ended(End::Silent)) == "db.internal:8000 closed the connection without an answer");
  CHECK(problem(ended(End::Cut)) == "db.internal:8000 closed before the answer was complete");
  CHECK(problem(ended(End::Reset)) == "connection reset by db.internal:8000");
  CHECK(problem(ended(End::NotHttp)) == "what db.internal:8000 answered is not HTTP");
  CHECK(problem(ended(End::HeadTooLong)) == "db.internal:8000 sent more than 64K of headers");
  CHECK(problem(ended(End::BadCertificate)) ==
        "certificate of db.internal:8000: self-signed certificate; insecure: true accepts it");
  CHECK(problem(ended(End::NoTls)) == "no TLS with db.internal:8000: self-signed certificate");
}

TEST_CASE("What fails for reasons of ours says nothing of the service") {
  CHECK(unknown(ended(End::Unable)) == "cannot ask db.internal:8000: self-signed certificate");
  CHECK(unknown(ended(End::NoConnection, EMFILE)) ==
        "cannot connect to db.internal:8000: too many open files");
  CHECK(unknown(ended(End::NoConnection, EADDRNOTAVAIL)) != "");
  Target socket = somewhere();
  socket.socket_path = socket.shown = "/run/app.sock";
  Judge judge;
  const HttpOutcome refused = judge.judge({}, socket, ended(End::NoConnection, EACCES));
  CHECK(refused.verdict == HttpVerdict::Unknown);
  CHECK(refused.message ==
        "cannot connect to /run/app.sock: permission denied; the gateway is an unprivileged "
        "process, let everybody connect to the socket");
}
