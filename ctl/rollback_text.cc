#include "ctl/rollback_text.h"

#include <fmt/format.h>

#include "ctl/event_text.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

std::string rollback_text(const Json& plan, WallTime now) {
  const Json* rollback = member(plan, "rollback");
  if (rollback == nullptr) return "";
  const auto since = time_of(*rollback, "since");
  const auto until = time_of(*rollback, "until");
  std::string text = "back to what was in force";
  if (since) text += fmt::format(" from {}", local_time_text(*since, now));
  if (until) text += fmt::format(" until {}", local_time_text(*until, now));
  return fmt::format("{}; {} replaced it\n", text, text_of(*rollback, "replaced_by"));
}

std::string rollback_notice(const Json& plan) {
  const Json* rollback = member(plan, "rollback");
  if (rollback == nullptr) return "";
  const std::string on_disk = raw_text_of(*rollback, "on_disk");
  const bool starts = raw_text_of(plan, "file") == raw_text_of(plan, "start_file");
  const std::string_view who = starts ? "a later apply or reload, or a supervisor that is started "
                                        "anew,"
                                      : "a later apply or reload";
  if (on_disk == "in_force")
    return fmt::format("{} on disk is what this goes back from: {} puts that in force again",
                       text_of(plan, "file"), who);
  if (on_disk == "another")
    return fmt::format("{} on disk is another version than this: {} puts that in force",
                       text_of(plan, "file"), who);
  if (on_disk == "unusable")
    return fmt::format("{} on disk has errors, which ctl check shows: {} cannot use it",
                       text_of(plan, "file"), who);
  return "";
}

}  // namespace mainstay::ctl
