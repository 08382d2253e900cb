// Lines of access logs: which request it was, how it was answered and how long that took. Pure;
// lines are hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::logs {

struct AccessEntry {
  std::string_view method;  // "GET"; may be empty in JSON. Points into the line
  std::string_view target;  // as it stands there, with its query: "/users/17?x=1"
  int status = 0;           // 100 to 599
  std::optional<Duration> took;
};

// Recognises the common and the combined log format, also with anything before the request and a
// time behind it (nginx with $request_time, gunicorn's %(L)s, key=value with rt, request_time,
// duration and the like); what uvicorn, gunicorn, werkzeug and Django print; morgan's tiny and dev;
// and JSON objects with a status and a path, also nested (nginx, Caddy, Traefik, pino, Google).
// Numbers without a unit: with a decimal point they are seconds, without they are not believed,
// because they may be sizes, milliseconds or microseconds.
// `storage` keeps texts that had to be made, for as long as the entry is used.
std::optional<AccessEntry> parse_access(std::string_view line, std::string& storage);

// Makes `out` "GET /users/<n>".
void endpoint_of(const AccessEntry& entry, std::string& out);

}  // namespace mainstay::logs
