// The service object of every interface (INTERFACES "API"), and what else is written the same way
// everywhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/context.h"
#include "control/json_writer.h"
#include "logs/capture.h"
#include "model/service_spec.h"
#include "process/usage.h"
#include "runtime/controller.h"

namespace mainstay::control {

// What there is to say of logs, looked up once for all objects of an answer.
class LogConditions {
 public:
  explicit LogConditions(const Parts& parts);
  // Valid as long as this.
  const logs::LogCondition& of(const runtime::InstanceStatus& status) const;

 private:
  const runtime::Controller& controller_;
  std::map<std::string, logs::LogCondition> by_base_;
  logs::LogCondition nothing_;
};
// "log backend.out.log cannot be written since 10:03:12: no space left on device; its output
// waits", and what was lost; nothing when all is well.
std::vector<std::string> log_notes(const logs::LogCondition& condition);

// The members of the object, without its braces; `usage` may be null.
void write_service_members(JsonWriter& out, const runtime::InstanceStatus& status,
                           const process::TreeUsage* usage, const logs::LogCondition& logs);
void write_service(JsonWriter& out, const runtime::InstanceStatus& status,
                   const process::TreeUsage* usage, const logs::LogCondition& logs);
// What may change of it without any event: what it uses, and how its logs are; to compare.
std::string numbers_text(const process::TreeUsage* usage, const logs::LogCondition& logs);
void write_event(JsonWriter& out, const runtime::Event& event);
// The same without its braces.
void write_event_members(JsonWriter& out, const runtime::Event& event);
// The member `name`, a list of texts.
void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts);

// {"results":[{"name","ok","state","message"}]}
std::string results_text(const std::vector<runtime::Outcome>& outcomes);

}  // namespace mainstay::control
