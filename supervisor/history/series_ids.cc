#include "history/series_ids.h"

#include <algorithm>

namespace mainstay::history {

Result<std::int64_t> SeriesIds::use(const SeriesKey& key, std::int64_t span) {
  forget_what_was_rolled_back();
  const auto at = place_of(key);
  if (at != known_.end() && at->key == key) {
    at->span = span;
    return at->id;
  }
  const auto id = insert(key, span);
  if (id) known_.insert(at, Known{key, *id, span});
  return id;
}

Result<std::int64_t> SeriesIds::insert(const SeriesKey& key, std::int64_t span) {
  auto statement = database_->prepare(
      "INSERT INTO series(kind, name, span) VALUES(?1, ?2, ?3)"
      " ON CONFLICT(kind, name) DO UPDATE SET span = ?3 RETURNING id");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(key.kind)).bind_text(2, key.name).bind(3, span);
  const auto row = statement->step();
  if (!row) return row.error();
  const std::int64_t id = statement->whole(0);
  // The row is there when the statement has come to its end.
  const Status done = statement->run();
  if (!done) return done.error();
  return id;
}

Result<std::optional<std::int64_t>> SeriesIds::find(const SeriesKey& key) {
  auto statement = database_->prepare("SELECT id FROM series WHERE kind = ? AND name = ?");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(key.kind)).bind_text(2, key.name);
  const auto row = statement->step();
  if (!row) return row.error();
  return *row ? std::optional{statement->whole(0)} : std::nullopt;
}

Result<std::vector<std::string>> SeriesIds::names(SeriesKind kind, std::size_t most) {
  auto statement =
      database_->prepare("SELECT name FROM series WHERE kind = ? ORDER BY name LIMIT ?");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(kind)).bind(2, static_cast<std::int64_t>(most));
  std::vector<std::string> names;
  auto row = statement->step();
  for (; row && *row; row = statement->step())
    names.emplace_back(statement->text(0));
  if (!row) return row.error();
  return names;
}

Result<std::vector<std::int64_t>> SeriesIds::after(std::int64_t after, std::size_t most) {
  auto statement = database_->prepare("SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?");
  if (!statement) return statement.error();
  statement->bind(1, after).bind(2, static_cast<std::int64_t>(most));
  std::vector<std::int64_t> ids;
  auto row = statement->step();
  for (; row && *row; row = statement->step())
    ids.push_back(statement->whole(0));
  if (!row) return row.error();
  return ids;
}

Status SeriesIds::remove_idle(std::int64_t id, std::int64_t before) {
  forget_what_was_rolled_back();
  auto statement = database_->prepare(
      "SELECT kind, name FROM series WHERE id = ?1 AND span < ?2"
      " AND NOT EXISTS(SELECT 1 FROM chunk WHERE series = ?1)"
      " AND NOT EXISTS(SELECT 1 FROM coarse WHERE series = ?1)");
  if (!statement) return statement.error();
  statement->bind(1, id).bind(2, before);
  const auto idle = statement->step();
  if (!idle) return idle.error();
  if (!*idle) return {};
  const auto at =
      place_of({static_cast<SeriesKind>(statement->whole(0)), std::string{statement->text(1)}});
  const bool known = at != known_.end() && at->id == id;
  if (known && at->span >= before) return {};
  if (known) known_.erase(at);
  auto removal = database_->prepare("DELETE FROM series WHERE id = ?");
  if (!removal) return removal.error();
  return removal->bind(1, id).run();
}

std::vector<SeriesIds::Known>::iterator SeriesIds::place_of(const SeriesKey& key) {
  return std::lower_bound(
      known_.begin(), known_.end(), key,
      [](const Known& known, const SeriesKey& key_) { return known.key < key_; });
}

// A number that was given in a transaction which was taken back may be another's now.
void SeriesIds::forget_what_was_rolled_back() {
  if (rollbacks_ == database_->rollbacks()) return;
  rollbacks_ = database_->rollbacks();
  known_.clear();
}

}  // namespace mainstay::history
