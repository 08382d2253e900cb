#include "history/compaction.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "history/coarse_row.h"
#include "history/point_block.h"
#include "history/round_codec.h"
#include "history/span.h"

namespace mainstay::history {

namespace {

// So many samples are held in memory at once, half a megabyte of them.
constexpr std::size_t kHeldSamples = 4096;

// The samples of one series, by time.
struct Track {
  struct Sample {
    std::int64_t at = 0;
    std::uint64_t metrics = 0;
  };
  std::int64_t series = 0;
  std::vector<Sample> samples;
  std::vector<std::int64_t> values;  // of each sample in turn, by metric

  void add(std::int64_t at, const RoundReader& round) {
    samples.push_back({at, round.metrics()});
    for (std::uint64_t left = round.metrics(); left != 0; left &= left - 1)
      values.push_back(round.value(static_cast<std::size_t>(std::countr_zero(left))));
  }
};

std::uint64_t all_metrics(const Track& track) {
  std::uint64_t all = 0;
  for (const Track::Sample& sample : track.samples)
    all |= sample.metrics;
  return all;
}

Block block_of(const Track& track, std::int64_t start) {
  Block block;
  for (const Track::Sample& sample : track.samples)
    block.times.push_back((sample.at - start) / kTenth);
  for (std::uint64_t left = all_metrics(track); left != 0; left &= left - 1)
    block.columns.push_back({static_cast<std::uint32_t>(std::countr_zero(left)), {}, {}});
  std::size_t next = 0;
  for (std::size_t row = 0; row < track.samples.size(); ++row) {
    for (Column& column : block.columns) {
      if ((track.samples[row].metrics >> column.id & 1) == 0) continue;
      column.rows.push_back(static_cast<std::uint32_t>(row));
      column.values.push_back(track.values[next++]);
    }
  }
  for (Column& column : block.columns) {
    if (column.rows.size() == track.samples.size()) column.rows.clear();
  }
  return block;
}

std::vector<std::pair<std::uint32_t, CoarseRow::Value>> summary_of(const Block& block) {
  std::vector<std::pair<std::uint32_t, CoarseRow::Value>> out;
  for (const Column& column : block.columns) {
    double sum = 0;
    for (const std::int64_t value : column.values)
      sum += static_cast<double>(value);
    out.push_back({column.id,
                   {sum / static_cast<double>(column.values.size()),
                    *std::max_element(column.values.begin(), column.values.end())}});
  }
  return out;
}

// Moves one span.
class Move {
 public:
  Move(Database& database, std::int64_t start, std::span<const RoundHead> rounds)
      : database_(database), start_(start), rounds_(rounds) {}

  Status run() {
    const Status counted = database_.execute("UPDATE spans SET count = count + 1");
    if (!counted) return counted;
    const auto span = moved_spans(database_);
    if (!span) return span.error();
    span_ = *span;
    auto prepared = prepare();
    if (!prepared) return prepared.error();
    sql_ = &*prepared;
    if (const Status found = find_series(); !found) return found;
    const std::size_t at_once = std::max<std::size_t>(kHeldSamples / rounds_.size(), 1);
    for (std::span<const std::int64_t> left = series_; !left.empty();) {
      const auto now = left.first(std::min(at_once, left.size()));
      if (const Status moved = move_series(now); !moved) return moved;
      left = left.subspan(now.size());
    }
    return remove_rounds();
  }

 private:
  struct Statements {
    Statement round, chunk, old_row, new_row, removal;
  };

  Result<Statements> prepare() {
    auto round = database_.prepare("SELECT samples FROM round WHERE id = ?");
    auto chunk =
        database_.prepare("INSERT INTO chunk(series, start, span, points) VALUES(?, ?, ?, ?)");
    auto old_row = database_.prepare("SELECT points FROM coarse WHERE series = ? AND start = ?");
    auto new_row = database_.prepare(
        "INSERT OR REPLACE INTO coarse(series, start, span, points) VALUES(?, ?, ?, ?)");
    auto removal = database_.prepare("DELETE FROM round WHERE id = ?");
    for (const auto* one : {&round, &chunk, &old_row, &new_row, &removal}) {
      if (!*one) return one->error();
    }
    return Statements{std::move(*round), std::move(*chunk), std::move(*old_row),
                      std::move(*new_row), std::move(*removal)};
  }

  template <typename Take>
  Status for_each_sample(const RoundHead& head, const Take& take) {
    Statement& round = sql_->round.bind(1, head.id);
    const auto row = round.step();
    if (!row) return row.error();
    RoundReader samples{*row ? round.blob(0) : std::string_view{}};
    while (samples.next())
      take(samples);
    round.reset();
    return {};
  }

  Status find_series() {
    for (const RoundHead& head : rounds_) {
      const std::size_t known = series_.size();
      const Status read = for_each_sample(
          head, [&](const RoundReader& sample) { series_.push_back(sample.series()); });
      if (!read) return read;
      std::inplace_merge(series_.begin(), series_.begin() + static_cast<std::ptrdiff_t>(known),
                         series_.end());
      series_.erase(std::unique(series_.begin(), series_.end()), series_.end());
    }
    return {};
  }

  Status move_series(std::span<const std::int64_t> series) {
    std::vector<Track> tracks(series.size());
    for (std::size_t i = 0; i < series.size(); ++i)
      tracks[i].series = series[i];
    for (const RoundHead& head : rounds_) {
      auto place = tracks.begin();
      const Status read = for_each_sample(head, [&](const RoundReader& sample) {
        while (place != tracks.end() && place->series < sample.series())
          ++place;
        if (place != tracks.end() && place->series == sample.series()) place->add(head.at, sample);
      });
      if (!read) return read;
    }
    for (const Track& track : tracks) {
      if (const Status written = write(track); !written) return written;
    }
    return {};
  }

  Status write(const Track& track) {
    const Block block = block_of(track, start_);
    const std::string points = encode(block);
    sql_->chunk.bind(1, track.series).bind(2, start_).bind(3, span_).bind_blob(4, points);
    if (const Status done = sql_->chunk.run(); !done) return done;
    return write_coarse(track, block);
  }

  Status write_coarse(const Track& track, const Block& block) {
    const std::int64_t row_start = floor_to(start_, kRowSpan);
    CoarseRow row;
    Statement& old = sql_->old_row.bind(1, track.series).bind(2, row_start);
    const auto there = old.step();
    if (!there) return there.error();
    // A damaged row is begun anew: what of it can be read no query would show.
    if (*there && !row.read(old.blob(0))) row = {};
    old.reset();
    row.add(static_cast<std::size_t>((start_ - row_start) / kSpan),
            static_cast<std::int64_t>(track.samples.size()), summary_of(block));
    const std::string points = row.encoded();
    sql_->new_row.bind(1, track.series).bind(2, row_start).bind(3, span_).bind_blob(4, points);
    return sql_->new_row.run();
  }

  Status remove_rounds() {
    for (const RoundHead& head : rounds_) {
      if (const Status done = sql_->removal.bind(1, head.id).run(); !done) return done;
    }
    return {};
  }

  Database& database_;
  std::int64_t start_;
  std::span<const RoundHead> rounds_;
  std::int64_t span_ = 0;
  Statements* sql_ = nullptr;
  std::vector<std::int64_t> series_;  // ascending
};

}  // namespace

Result<std::vector<RoundHead>> round_heads(Database& database, std::size_t most) {
  auto statement = database.prepare("SELECT id, at FROM round ORDER BY at, id LIMIT ?");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(most));
  std::vector<RoundHead> heads;
  auto row = statement->step();
  for (; row && *row; row = statement->step())
    heads.push_back({statement->whole(0), statement->whole(1)});
  if (!row) return row.error();
  return heads;
}

Result<std::int64_t> moved_spans(Database& database) {
  auto statement = database.prepare("SELECT count FROM spans");
  if (!statement) return statement.error();
  const auto row = statement->step();
  if (!row) return row.error();
  return statement->whole(0);
}

Status move_span(Database& database, std::int64_t start, std::span<const RoundHead> rounds) {
  return rounds.empty() ? Status{} : Move{database, start, rounds}.run();
}

}  // namespace mainstay::history
