// From what a server answered to what that means for the check.
#pragma once

#include <string>
#include <unordered_map>

#include "base/regex.h"
#include "checks/http_request.h"
#include "gateway/outgoing/answer.h"
#include "gateway/outgoing/target.h"

namespace mainstay::gateway {

class Judge {
 public:
  // Verdict, message and status; the times are the caller's. A body passes when one of its lines
  // matches.
  checks::HttpOutcome judge(const checks::HttpRequest& request, const Target& target,
                            const Answer& answer);

 private:
  std::string problem_of_body(const checks::HttpRequest& request, const Answer& answer);
  // Null: it is not one.
  Regex* compiled(const std::string& pattern);

  std::unordered_map<std::string, Regex> patterns_;  // bounded: the latest
};

// "200-299 or 404".
std::string describe(const std::vector<model::StatusRange>& ranges);

}  // namespace mainstay::gateway
