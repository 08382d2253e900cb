// Every refusal of the gate, as people read it. Pure.
#pragma once

#include <string_view>

#include "base/time.h"
#include "gateway/access/visitor.h"

namespace mainstay::gateway::sentences {

Refusal not_ready();
Refusal not_encrypted();
Refusal bad_host(std::string_view host, std::string_view listen);
Refusal bad_origin();
Refusal bad_token();
Refusal bad_csrf();
// Nobody has a password or token yet.
Refusal only_reading();
Refusal only_this_machine(bool loopback);
Refusal nobody_can_log_in();
// Somebody has.
Refusal login_required(bool can_log_in);
Refusal not_enough(std::string_view who, AccessLevel has, AccessLevel needs);
Refusal login_failed();
Refusal too_many_logins(Duration wait);

}  // namespace mainstay::gateway::sentences
