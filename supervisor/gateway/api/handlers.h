// What answers the routes of the table, by the kind of answer.
#pragma once

#include <memory>

#include "gateway/api/means.h"
#include "gateway/api/visit.h"

namespace mainstay::gateway {

// The controller's answer to the route's method, as it is.
void answer_read(const Means& means, const std::shared_ptr<Visit>& visit);
// The same, with `follow` a stream.
void answer_services(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_events(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_logs(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_live(const Means& means, const std::shared_ptr<Visit>& visit);
// `service` and `metric` become what history.query takes.
void answer_history(const Means& means, const std::shared_ptr<Visit>& visit);
// Asks for the change and answers what came of it; 202 when it is not waited for.
void answer_action(const Means& means, const std::shared_ptr<Visit>& visit);
// The plan of a change of the configuration; 202 when it is being applied: the next controller goes
// on with it.
void answer_config(const Means& means, const std::shared_ptr<Visit>& visit);
// Never over the web.
void answer_not_here(const Means& means, const std::shared_ptr<Visit>& visit);

void answer_session(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_log_in(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_log_out(const Means& means, const std::shared_ptr<Visit>& visit);

void answer_health(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_live_probe(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_ready_probe(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_health_detailed(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_status(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_metrics(const Means& means, const std::shared_ptr<Visit>& visit);

void answer_openapi(const Means& means, const std::shared_ptr<Visit>& visit);
void answer_page(const Means& means, const std::shared_ptr<Visit>& visit);

}  // namespace mainstay::gateway
