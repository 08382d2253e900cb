// An HTTP check as the gateway is asked for it, and what comes of it. Every text is expanded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/service_spec.h"

namespace mainstay::checks {

struct HttpRequest {
  // "http://host[:port][/path]" or https; "http://unix:/run/app.sock:/path" asks over a Unix
  // socket.
  std::string url;
  std::string method = "GET";
  std::map<std::string, std::string> headers;
  std::vector<model::StatusRange> status = {{}};  // which pass
  std::string body;                               // a regular expression that a line must match
  bool insecure = false;                          // any certificate will do
  Duration timeout = std::chrono::seconds{5};     // from the question to the end of the answer
  bool operator==(const HttpRequest&) const = default;
};

enum class HttpVerdict : std::uint8_t {
  Passed,
  Failed,
  Unknown,  // could not be asked, for reasons of ours: neither for nor against the service
};

struct HttpOutcome {
  HttpVerdict verdict = HttpVerdict::Unknown;
  std::string message;  // of what did not pass: "connection refused on 127.0.0.1:8000"
  int status = 0;       // of the answer; 0: there was none
  // From the question on, each including the one before; 0: it did not come to that.
  Duration name_lookup{0};
  Duration connect{0};
  Duration total{0};
  bool operator==(const HttpOutcome&) const = default;
};

// Whoever can ask; the gateway's client, or a fake.
class HttpChecks {
 public:
  virtual ~HttpChecks() = default;
  // Asks, and gives the token for cancel(). `done` is called once, from the loop and never from
  // inside this call, at the latest a little after the timeout; it may ask again.
  virtual std::uint64_t request(HttpRequest request, std::function<void(HttpOutcome)> done) = 0;
  // Nobody wants to know any more: `done` is not called. A token that is over is ignored.
  virtual void cancel(std::uint64_t token) = 0;
};

}  // namespace mainstay::checks
