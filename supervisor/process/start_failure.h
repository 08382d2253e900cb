// Why a run did not come to be, as a sentence for people.
#pragma once

#include <string>
#include <string_view>

#include "keeper/protocol.h"
#include "keeper/request.h"
#include "process/spawn_request.h"
#include "runtime/ports.h"

namespace mainstay::process {

// What the sentences need of the request; kept while the start is under way.
struct AttemptedStart {
  std::string shown_name;
  std::string program;                  // as it was declared
  std::vector<std::string> candidates;  // what was tried
  std::string path;                     // PATH, when that decided the candidates
  std::string cwd;
  std::string user;  // empty: the supervisor's own
  std::vector<keeper::RunLimit> limits;
  std::vector<std::string> cgroups;
};

AttemptedStart attempted(const SpawnRequest& request, std::string_view shown_name);

// A stage of the child failed.
runtime::StartFailure explain_failure(const keeper::StageFailure& failure,
                                      const AttemptedStart& start);
// The keeper could not even fork.
runtime::StartFailure explain_refusal(keeper::RefusedAt at, int error_number,
                                      const AttemptedStart& start);

// EAGAIN, ENOMEM, EMFILE and ENFILE are about the machine, everything else about the program.
runtime::StartFailureKind failure_kind(int error_number);

// "was ended by signal KILL", "ended with code 1".
std::string how_it_ended(int wait_status);

}  // namespace mainstay::process
