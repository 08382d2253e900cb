// All tables of one database. Worker thread only.
#pragma once

#include "base/result.h"
#include "history/crash_table.h"
#include "history/event_table.h"
#include "history/sample_table.h"

namespace mainstay::history {

struct Tables {
  SampleTable samples;
  EventTable events;
  CrashTable crashes;

  // Brings the schema up to date first.
  static Result<Tables> open(Database& database);
};

}  // namespace mainstay::history
