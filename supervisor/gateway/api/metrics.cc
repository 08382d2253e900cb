#include "gateway/api/handlers.h"

namespace mainstay::gateway {

void answer_metrics(const Means& means, const std::shared_ptr<Visit>& visit) {
  answer_read(means, visit);
}

}  // namespace mainstay::gateway
