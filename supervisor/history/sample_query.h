// Reading samples: the work of SampleTable's questions.
#pragma once

#include <string>
#include <vector>

#include "history/sample_table.h"

namespace mainstay::history {

Result<std::vector<SeriesAnswer>> query_series(Database& database, SeriesIds& ids,
                                               const SeriesQuery& query);
Result<std::vector<LatestAnswer>> latest_values(Database& database, SeriesIds& ids, SeriesKind kind,
                                                const std::vector<std::string>& names);

}  // namespace mainstay::history
