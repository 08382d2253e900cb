// analysis.get.
#include <algorithm>
#include <memory>
#include <utility>

#include "control/analyses.h"
#include "control/log_wish.h"
#include "control/method.h"
#include "control/target_filter.h"

namespace mainstay::control {

namespace {

constexpr Duration kUsualSpan = std::chrono::hours{24};

AnalysisWish read_wish(Params& params, WallTime now) {
  AnalysisWish wish;
  wish.targets = params.texts("targets");
  wish.progress = params.flag("progress", false);
  wish.span.until = now;
  read_time(params, "until", wish.span.until);
  wish.span.since = wish.span.until + -kUsualSpan;
  read_time(params, "since", wish.span.since);
  wish.span.since = std::max(wish.span.since, WallTime{});  // no log is older
  if (wish.span.since >= wish.span.until)
    params.refuse("since", "is not before the end of the time to look at");
  return wish;
}

}  // namespace

void analysis_get(Context& context, const Call& call, Params& params) {
  AnalysisWish wish = read_wish(params, context.now().wall);
  if (refused(call, params)) return;
  auto resolved = resolve_targets(context.controller(), wish.targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  context.analyses.add(std::make_shared<AnalysisRun>(call, std::move(wish), context.parts,
                                                     std::move(resolved.instances)));
}

}  // namespace mainstay::control
