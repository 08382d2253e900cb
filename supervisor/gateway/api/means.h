// What the handlers of routes work with. The router owns or is given all of it.
#pragma once

#include <functional>

#include "base/time.h"
#include "gateway/api/doorman.h"
#include "gateway/api/httplib_adapter.h"
#include "gateway/api/shared_reads.h"
#include "gateway/api/streams.h"
#include "gateway/api/upstream.h"

namespace mainstay::gateway {

struct Means {
  Upstream& upstream;
  Doorman& doorman;
  SharedReads& reads;
  Streams& streams;
  std::function<WallTime()> now;
};

}  // namespace mainstay::gateway
