// What samples cost: a day of so many services is written round by round, then read. Prints times
// and sizes.
//   history_bench FOLDER [SERVICES] [HOURS]      build/release/history-bench 1000 24
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>

#include "history/sample_table.h"
#include "history/schema.h"
#include "io/clock.h"
#include "unit/history/load.h"

using namespace mainstay;
using namespace mainstay::history;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kStart{std::chrono::seconds{1'800'000'000 / 14'400 * 14'400}};

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}\n", result.error().message);
  std::exit(1);
}

void must(const Status& status) {
  if (status) return;
  fmt::print(stderr, "{}\n", status.error().message);
  std::exit(1);
}

double milliseconds_of(const std::function<void()>& work) {
  const MonoTime begin = io::read_clocks().mono;
  work();
  return to_seconds(io::read_clocks().mono - begin) * 1000;
}

struct Bench {
  Bench(const std::filesystem::path& path, int services_)
      : database(must(Database::open(path))), load(services_), services(services_) {
    must(migrate(database));
    table.emplace(must(SampleTable::open(database)));
  }

  Database database;
  std::optional<SampleTable> table;
  Load load;
  int services;
  double add_ms = 0;
  double compact_ms = 0;
  double worst_compact_ms = 0;

  void write(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      const WallTime at = kStart + i * 10s;
      const Round round = load.round(at);
      add_ms += milliseconds_of([&] {
        must(database.begin());
        must(table->add(round));
        must(database.commit());
      });
      const double took = milliseconds_of([&] {
        must(database.begin());
        must(table->compact(at));
        must(database.commit());
      });
      compact_ms += took;
      worst_compact_ms = std::max(worst_compact_ms, took);
    }
  }

  void ask(const char* what, int names, Duration length, Duration step, WallTime end) {
    SeriesQuery query;
    for (int i = 0; i < names; ++i)
      query.names.push_back(fmt::format("service-{}:0", i % services));
    query.metric = Metric::MemoryBytes;
    query.from = end + -length;
    query.to = end;
    query.step = step;
    std::size_t points = 0;
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      best = std::min(best, milliseconds_of([&] {
                        points = 0;
                        for (const auto& answer : must(table->query(query)))
                          points += answer.points.size();
                      }));
    }
    fmt::print("{:<40} {:>8.2f} ms  {:>8} points\n", what, best, points);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: history_bench FOLDER [SERVICES] [HOURS]\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const int services = argc > 2 ? std::atoi(argv[2]) : 100;
  const int hours = argc > 3 ? std::atoi(argv[3]) : 24;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Bench bench{folder / "bench.db", services};
  const int rounds = hours * 360;
  bench.write(rounds);
  fmt::print("{} services, {} h: {:.3f} ms a round, {:.1f} ms a span (at most {:.1f}), {:.1f} MB\n",
             services, hours, bench.add_ms / rounds, bench.compact_ms / (rounds / 30.0),
             bench.worst_compact_ms,
             static_cast<double>(std::filesystem::file_size(folder / "bench.db")) / 1e6);
  const WallTime end = kStart + rounds * 10s;
  bench.ask("1 service, all at full step", 1, hours * 1h, 0s, end);
  bench.ask("100 services, all at full step", 100, hours * 1h, 0s, end);
  bench.ask("100 services, a minute a point", 100, hours * 1h, 1min, end);
  bench.ask("100 services, 15 minutes a point", 100, hours * 1h, 15min, end);
  bench.ask("100 services, the last hour", 100, 1h, 0s, end);
  std::filesystem::remove_all(folder);
  return 0;
}
