// What the heart is asked for from outside.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "mainstay/events.h"
#include "runtime/controller.h"

namespace mainstay::runtime {

// What somebody asked for and settle() has not come to yet.
struct BeginWish {};
struct VerbWish {
  RequestId request;
  Verb verb = Verb::Start;
  std::vector<InstanceId> targets;
  std::string who;
};
struct ScaleWish {
  RequestId request;
  std::uint32_t service = 0;
  std::uint32_t instances = 0;
  std::string who;
};
struct SignalWish {
  InstanceId target;
  RunId run;
  int number = 0;
  std::string who;
};
struct ShutdownWish {
  bool hurry = false;
  bool resumed = false;  // asked for under a former controller
  std::map<std::string, std::string> told = {};
};
// Something that happened elsewhere, for the list of events.
struct NoteWish {
  EventKind kind = EventKind::Action;
  std::optional<InstanceId> about;
  std::map<std::string, std::string> data;
};
// Somebody asked for a change.
struct AuditWish {
  std::vector<InstanceId> about;
  std::map<std::string, std::string> data;
};
// What runs as an earlier configuration says is restarted (Renewal).
struct RenewWish {};
using Wish = std::variant<BeginWish, VerbWish, ScaleWish, SignalWish, ShutdownWish, NoteWish,
                          AuditWish, RenewWish>;

}  // namespace mainstay::runtime
