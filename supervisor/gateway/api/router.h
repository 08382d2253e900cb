// From a complete request to whoever answers it: reads it, finds its route, asks the doorman, reads
// the parameters.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/api/doorman.h"
#include "gateway/api/httplib_adapter.h"
#include "gateway/api/means.h"
#include "gateway/api/shared_reads.h"
#include "gateway/api/streams.h"
#include "gateway/api/upstream.h"
#include "gateway/front/exchange.h"
#include "io/loop.h"

namespace mainstay::gateway {

class Router {
 public:
  // `now` is the wall clock.
  Router(io::Loop& loop, Upstream& upstream, Doorman& doorman, std::function<WallTime()> now);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void handle(std::shared_ptr<Exchange> exchange);

 private:
  void serve(const std::shared_ptr<Visit>& visit);

  HttplibAdapter http_;
  SharedReads reads_;
  Streams streams_;
  Means means_;
};

}  // namespace mainstay::gateway
