#include "history/sample_query.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "history/sample_rows.h"

namespace mainstay::history {

namespace {

constexpr std::int64_t kEver = 7'258'118'400'000'000;  // the year 2200

struct Wanted {
  std::int64_t series = 0;  // 0: there is none of that name
  std::size_t place = 0;    // among the names
};

Result<std::vector<Wanted>> find_all(SeriesIds& ids, SeriesKind kind,
                                     const std::vector<std::string>& names) {
  std::vector<Wanted> wanted;
  for (const std::string& name : names) {
    const auto id = ids.find({kind, name});
    if (!id) return id.error();
    wanted.push_back({id->value_or(0), wanted.size()});
  }
  return wanted;
}

// What is fresh of one of the wanted.
struct Fresh {
  std::size_t place = 0;
  std::int64_t at = 0;
  double value = 0;
};

bool by_series(const Wanted& a, const Wanted& b) {
  return a.series < b.series;
}

// Those of `wanted`, which is by series, that are of this one.
template <typename Take>
void for_each_of(const std::vector<Wanted>& wanted, std::int64_t series, const Take& take) {
  const auto [first, last] =
      std::equal_range(wanted.begin(), wanted.end(), Wanted{series, 0}, by_series);
  std::for_each(first, last, take);
}

// Every fresh sample of `wanted`, ordered by their places.
Result<std::vector<Fresh>> read_fresh(Database& database, std::vector<Wanted> wanted,
                                      const Frame& frame, Metric metric) {
  std::sort(wanted.begin(), wanted.end(), by_series);
  const auto bit = static_cast<std::size_t>(metric);
  std::vector<Fresh> fresh;
  const Status read =
      read_rounds(database, frame.from, frame.to, [&](std::int64_t at, const RoundReader& sample) {
        if (!sample.has(bit)) return;
        for_each_of(wanted, sample.series(), [&](const Wanted& one) {
          const auto value = static_cast<double>(sample.value(bit));
          fresh.push_back({one.place, at, value_of(metric, value)});
        });
      });
  if (!read) return read.error();
  std::stable_sort(fresh.begin(), fresh.end(),
                   [](const Fresh& a, const Fresh& b) { return a.place < b.place; });
  return fresh;
}

Frame frame_of(const SeriesQuery& query) {
  Frame frame;
  frame.from = std::clamp<std::int64_t>(micros(query.from), 0, kEver);
  frame.to = std::clamp<std::int64_t>(micros(query.to), 0, kEver);
  frame.step = std::clamp<std::int64_t>(
      std::chrono::floor<std::chrono::microseconds>(query.step).count(), 0, kEver);
  frame.most = std::clamp<std::size_t>(query.most_points, 2, kMostPoints);
  return frame.fitted();
}

// Whole spans are asked for: their means are there, whether the full step is or not.
bool asks_for_spans(const Frame& frame) {
  return frame.step > 0 && frame.step % kSpan == 0;
}

Status read_kept(MetricRows& rows, std::int64_t series, const Frame& frame, Gathering& out) {
  std::vector<std::int64_t> spans;
  if (!asks_for_spans(frame)) {
    if (const Status read = rows.read_chunks(series, frame, out, spans); !read) return read;
  }
  return rows.read_coarse(series, frame, spans, out);
}

// The newest value of each metric.
class Latest {
 public:
  void take(std::size_t metric, std::int64_t at, double value) {
    if (metric >= times_.size() || times_[metric] > at) return;
    times_[metric] = at;
    values_[metric] = value / kMetrics[metric].scale;
  }

  std::vector<LatestValue> values() const {
    std::vector<LatestValue> out;
    for (std::size_t metric = 0; metric < times_.size(); ++metric) {
      if (times_[metric] == kNever) continue;
      out.push_back({static_cast<Metric>(metric), wall_of(times_[metric]), values_[metric]});
    }
    return out;
  }

  Latest() { times_.fill(kNever); }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
  std::array<std::int64_t, kMetrics.size()> times_{};
  std::array<double, kMetrics.size()> values_{};
};

Status take_last_chunk(Database& database, std::int64_t series, Latest& latest) {
  auto row = database.prepare(
      "SELECT start, points FROM chunk WHERE series = ? ORDER BY start DESC, span DESC LIMIT 1");
  if (!row) return row.error();
  const auto there = row->bind(1, series).step();
  if (!there) return there.error();
  if (!*there) return {};
  BlockReader reader;
  if (!reader.open(row->blob(1)) || !fits_span(reader.moments())) return damaged("chunk", series);
  Column column;
  while (reader.next()) {
    if (!reader.read(column)) break;
    const std::int64_t time = reader.moments()[column.row_of(column.values.size() - 1)];
    latest.take(column.id, row->whole(0) + time * kTenth,
                static_cast<double>(column.values.back()));
  }
  return reader.damaged() ? Status{damaged("chunk", series)} : Status{};
}

Status take_last_row(Database& database, std::int64_t series, Latest& latest) {
  auto found = database.prepare(
      "SELECT start, points FROM coarse WHERE series = ? ORDER BY start DESC LIMIT 1");
  if (!found) return found.error();
  const auto there = found->bind(1, series).step();
  if (!there) return there.error();
  if (!*there) return {};
  CoarseRow row;
  if (!row.read(found->blob(1))) return damaged("row of means", series);
  for (std::uint32_t metric = 0; metric < kMetrics.size(); ++metric) {
    for (std::size_t span = 0; span < static_cast<std::size_t>(kSpansOfRow); ++span) {
      const auto* value = row.find(metric, span);
      const std::int64_t at = found->whole(0) + static_cast<std::int64_t>(span) * kSpan;
      if (value != nullptr) latest.take(metric, at, value->mean);
    }
  }
  return {};
}

void take_sample(std::int64_t at, const RoundReader& sample, Latest& latest) {
  for (std::size_t metric = 0; metric < kMetrics.size(); ++metric) {
    if (sample.has(metric)) latest.take(metric, at, static_cast<double>(sample.value(metric)));
  }
}

Status take_rounds(Database& database, std::vector<Wanted> wanted, std::vector<Latest>& latest) {
  std::sort(wanted.begin(), wanted.end(), by_series);
  return read_rounds(database, 0, kEver, [&](std::int64_t at, const RoundReader& sample) {
    for_each_of(wanted, sample.series(),
                [&](const Wanted& one) { take_sample(at, sample, latest[one.place]); });
  });
}

}  // namespace

Result<std::vector<SeriesAnswer>> query_series(Database& database, SeriesIds& ids,
                                               const SeriesQuery& query) {
  const Frame frame = frame_of(query);
  const auto wanted = find_all(ids, query.kind, query.names);
  if (!wanted) return wanted.error();
  const auto fresh = read_fresh(database, *wanted, frame, query.metric);
  if (!fresh) return fresh.error();
  const auto metric = static_cast<std::uint32_t>(query.metric);
  auto rows = MetricRows::open(database, metric, kMetrics[metric].scale);
  if (!rows) return rows.error();

  std::vector<SeriesAnswer> answers;
  Gathering gathering{frame};
  auto next = fresh->begin();
  for (const Wanted& one : *wanted) {
    if (one.series != 0) {
      if (const Status read = read_kept(*rows, one.series, frame, gathering); !read)
        return read.error();
    }
    for (; next != fresh->end() && next->place == one.place; ++next)
      gathering.add(next->at, next->value, next->value, 1);
    const Duration step = std::chrono::microseconds{gathering.step()};
    answers.push_back({query.names[one.place], one.series != 0, step, gathering.take()});
  }
  return answers;
}

Result<std::vector<LatestAnswer>> latest_values(Database& database, SeriesIds& ids, SeriesKind kind,
                                                const std::vector<std::string>& names) {
  const auto wanted = find_all(ids, kind, names);
  if (!wanted) return wanted.error();
  std::vector<Latest> latest(names.size());
  std::vector<LatestAnswer> answers;
  for (const Wanted& one : *wanted) {
    if (one.series == 0) continue;
    if (const Status read = take_last_row(database, one.series, latest[one.place]); !read)
      return read.error();
    if (const Status read = take_last_chunk(database, one.series, latest[one.place]); !read)
      return read.error();
  }
  const Status read = take_rounds(database, *wanted, latest);
  if (!read) return read.error();
  for (const Wanted& one : *wanted)
    answers.push_back({names[one.place], one.series != 0, latest[one.place].values()});
  return answers;
}

}  // namespace mainstay::history
