// What checks work with. Everything outlives them.
#pragma once

#include <functional>

#include "base/time.h"
#include "checks/http_request.h"
#include "io/loop.h"
#include "logs/directory.h"
#include "process/auxiliary.h"
#include "process/preparation.h"
#include "process/tree.h"

namespace mainstay::checks {

struct Means {
  io::Loop& loop;
  std::function<Now()> clock;
  process::AuxiliaryRuns& auxiliary;
  process::Preparer& preparer;
  const process::ProcessTrees& trees;
  const logs::Directory& logs;  // of the loop's thread
  HttpChecks& http;
};

}  // namespace mainstay::checks
