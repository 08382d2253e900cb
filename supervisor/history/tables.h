// All tables of one database. Worker thread only.
#pragma once

#include <string_view>

#include "base/result.h"
#include "history/crash_table.h"
#include "history/event_table.h"
#include "history/sample_table.h"

namespace mainstay::history {

struct Tables {
  SampleTable samples;
  EventTable events;
  CrashTable crashes;
  Database* database;

  // Brings the schema up to date first; `why_new` as for migrate().
  static Result<Tables> open(Database& database, std::string_view why_new);
};

}  // namespace mainstay::history
