#include "history/sample_table.h"

#include <algorithm>
#include <utility>

#include "history/compaction.h"
#include "history/round_codec.h"
#include "history/sample_query.h"

namespace mainstay::history {

namespace {

constexpr std::size_t kRoundsAtOnce = 4096;
constexpr std::size_t kRoundsOfChunk = 512;
constexpr std::size_t kSeriesAtOnce = 64;
constexpr std::int64_t kForgetEvery = std::chrono::microseconds{std::chrono::minutes{30}}.count();

std::int64_t spans_in(Duration length) {
  return std::max<std::int64_t>((length + kCoarseStep - Duration{1}) / kCoarseStep, 1);
}

// The first of them that are of one span, but not too many for one chunk.
std::span<const RoundHead> first_span(std::span<const RoundHead> heads) {
  const std::int64_t start = floor_to(heads.front().at, kSpan);
  const auto end = std::find_if(heads.begin(), heads.end(), [&](const RoundHead& head) {
    return floor_to(head.at, kSpan) != start;
  });
  const auto count = static_cast<std::size_t>(end - heads.begin());
  return heads.first(std::min(count, kRoundsOfChunk));
}

}  // namespace

Result<SampleTable> SampleTable::open(Database& database) {
  const auto moved = moved_spans(database);
  if (!moved) return moved.error();
  return SampleTable{database};
}

Status SampleTable::add(const Round& round) {
  const auto span = moved_spans(*database_);
  if (!span) return span.error();
  std::vector<std::pair<std::int64_t, const Sample*>> samples;
  for (const Sample& sample : round.samples) {
    const auto id = ids_.use(sample.series, *span);
    if (!id) return id.error();
    samples.emplace_back(*id, &sample);
  }
  std::stable_sort(samples.begin(), samples.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  RoundWriter packed;
  std::int64_t last = 0;
  for (const auto& [id, sample] : samples) {
    // One series twice in a round: the first one counts.
    if (std::exchange(last, id) != id) packed.add(id, sample->readings);
  }
  if (packed.empty()) return {};
  auto statement = database_->prepare("INSERT INTO round(at, samples) VALUES(?, ?)");
  if (!statement) return statement.error();
  return statement->bind(1, floor_to(micros(round.at), kTenth)).bind_blob(2, packed.take()).run();
}

Status SampleTable::compact(WallTime now) {
  const std::int64_t current = floor_to(micros(now), kSpan);
  if (compacted_in_ == current && rollbacks_ == database_->rollbacks()) return {};
  const auto heads = round_heads(*database_, kRoundsAtOnce);
  if (!heads) return heads.error();
  for (std::span<const RoundHead> left = *heads; !left.empty();) {
    const auto rounds = first_span(left);
    left = left.subspan(rounds.size());
    const std::int64_t start = floor_to(rounds.front().at, kSpan);
    if (start == current) continue;
    if (const Status moved = move_span(*database_, start, rounds); !moved) return moved;
  }
  rollbacks_ = database_->rollbacks();
  compacted_in_ = heads->size() < kRoundsAtOnce ? std::optional{current} : std::nullopt;
  return {};
}

Result<bool> SampleTable::forget(WallTime now, Duration keep) {
  const std::int64_t at = micros(now);
  if (forgot_at_ && at >= *forgot_at_ && at - *forgot_at_ < kForgetEvery) return false;
  const auto moved = moved_spans(*database_);
  if (!moved) return moved.error();
  const auto series = ids_.after(forgot_up_to_, kSeriesAtOnce);
  if (!series) return series.error();
  for (const std::int64_t one : *series) {
    if (const Status done = forget_series(one, at, keep, *moved); !done) return done.error();
  }
  const bool more = series->size() == kSeriesAtOnce;
  forgot_up_to_ = more ? series->back() : 0;
  forgot_at_ = more ? std::nullopt : std::optional{at};
  return more;
}

Status SampleTable::forget_series(std::int64_t series, std::int64_t now, Duration keep,
                                  std::int64_t moved) {
  // However the clock runs, no series has more than twice as many as are to be kept.
  auto chunks = database_->prepare(
      "DELETE FROM chunk WHERE series = ?1 AND (span <= ?2 OR"
      " (span <= ?3 AND (start < ?4 OR start > ?5)))");
  auto rows = database_->prepare(
      "DELETE FROM coarse WHERE series = ?1 AND span <= ?2 AND (start < ?3 OR start > ?4)");
  for (const auto* one : {&chunks, &rows}) {
    if (!*one) return one->error();
  }
  const auto before = [now](Duration length, std::int64_t size) {
    return now - std::chrono::floor<std::chrono::microseconds>(length).count() - size;
  };
  const std::int64_t kept = spans_in(keep);
  chunks->bind(1, series).bind(2, moved - 2 * kept).bind(3, moved - kept);
  chunks->bind(4, before(keep, kSpan)).bind(5, now);
  if (const Status done = chunks->run(); !done) return done;
  const Duration coarse_keep = std::max(kCoarseKeep, keep);
  rows->bind(1, series).bind(2, moved - spans_in(coarse_keep));
  rows->bind(3, before(coarse_keep, kRowSpan)).bind(4, now);
  if (const Status done = rows->run(); !done) return done;
  return ids_.remove_idle(series, moved - 1);
}

Result<std::vector<SeriesAnswer>> SampleTable::query(const SeriesQuery& query) {
  return query_series(*database_, ids_, query);
}

Result<std::vector<LatestAnswer>> SampleTable::latest(SeriesKind kind,
                                                      const std::vector<std::string>& names) {
  return latest_values(*database_, ids_, kind, names);
}

Result<std::vector<std::string>> SampleTable::names(SeriesKind kind) {
  return ids_.names(kind, kMostNames);
}

}  // namespace mainstay::history
