// The numbers of series in the database: looked up once, then remembered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "history/series.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

class SeriesIds {
 public:
  explicit SeriesIds(Database& database) : database_(&database) {}

  // The number of `key`, which gets one if it has none. `span` is the number of the span that is
  // being gathered: remove_idle() leaves alone what was used since.
  Result<std::int64_t> use(const SeriesKey& key, std::int64_t span);
  // Nothing: there is no such series.
  Result<std::optional<std::int64_t>> find(const SeriesKey& key);
  // The names of a kind, by name; at most `most`.
  Result<std::vector<std::string>> names(SeriesKind kind, std::size_t most);

  // At most `most` numbers above `after`, ascending.
  Result<std::vector<std::int64_t>> after(std::int64_t after, std::size_t most);
  // Removes a series that has no rows, unless it was used in a span `before` or later.
  Status remove_idle(std::int64_t id, std::int64_t before);

 private:
  struct Known {
    SeriesKey key;
    std::int64_t id = 0;
    std::int64_t span = 0;  // in which it was used last
  };

  Result<std::int64_t> insert(const SeriesKey& key, std::int64_t span);
  // Where it is in known_, or would be.
  std::vector<Known>::iterator place_of(const SeriesKey& key);
  void forget_what_was_rolled_back();

  Database* database_;
  std::vector<Known> known_;  // by key
  std::uint64_t rollbacks_ = 0;
};

}  // namespace mainstay::history
