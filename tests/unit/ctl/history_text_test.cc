#include "ctl/history_text.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/text.h"
#include "ctl/display_width.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

using namespace std::chrono_literals;

const std::string kSamplesPage = std::string{MAINSTAY_DOCS_DIR} + "/samples.md";

ChartFrame last_hour() {
  return {canned_now() + -1h, canned_now()};
}

// A minute a point: calm, then busy with a peak, then nothing for ten minutes.
HistoryView hour(const char* metric, double scale) {
  HistoryView view{"backend", metric, 60s, {}};
  for (int minute = 0; minute < 60; ++minute) {
    if (minute >= 40 && minute < 50) continue;
    const double wave = 12 + 8 * std::sin(minute / 5.0);
    const double mean = minute < 20 ? 1.5 : wave;
    view.points.push_back(
        {last_hour().from + minute * 60s, mean * scale, (minute == 31 ? 38 : mean) * scale});
  }
  return view;
}

std::vector<HistoryView> one(HistoryView view) {
  return {std::move(view)};
}

Terminal ascii_terminal(std::size_t width) {
  Terminal terminal = plain_terminal(width);
  terminal.symbols = false;
  return terminal;
}

Json canned_metrics() {
  return json_from(R"({"series": [{"kind": "instance", "name": "backend", "service": "backend",
      "metrics": [
        {"metric": "cpu_percent", "at": "2026-11-22T14:02:01.000Z", "value": 1.4},
        {"metric": "memory_bytes", "at": "2026-11-22T14:02:01.000Z", "value": 48234496},
        {"metric": "threads", "at": "2026-11-22T14:02:01.000Z", "value": 12},
        {"metric": "read_bytes_per_second", "at": "2026-11-22T14:02:01.000Z", "value": 2048},
        {"metric": "uptime_seconds", "at": "2026-11-22T12:02:01.000Z", "value": 362.8}]}]})");
}

Json canned_points() {
  return json_from(R"({"series": [{"kind": "instance", "name": "backend", "service": "backend",
      "metric": "memory_bytes", "step_seconds": 300.0, "points": [
        {"at": "2026-11-22T13:50:00.000Z", "mean": 47185920, "max": 48234496},
        {"at": "2026-11-22T13:55:00.000Z", "mean": 47185920, "max": 130023424},
        {"at": "2026-11-22T14:00:00.000Z", "mean": 48234496, "max": 48234496}]}]})");
}

}  // namespace

TEST_CASE("a line, a table and a list of metrics look like this") {
  const WallTime now = canned_now();
  const auto cpu = one(hour("cpu_percent", 1));
  check_golden("history_chart", history_charts(cpu, last_hour(), plain_terminal(80)));
  check_golden("history_chart_40", history_charts(cpu, last_hour(), plain_terminal(40)));
  check_golden("history_chart_ascii", history_charts(cpu, last_hour(), ascii_terminal(80)));
  check_golden("history_table", history_table(history_views(canned_points()), plain_terminal(80)));
  check_golden("history_metrics",
               metrics_text(series_views(canned_metrics()), now, plain_terminal(80)));
  check_examples(kSamplesPage);
}

TEST_CASE("no line of a history is wider than the terminal") {
  for (const char* metric : {"cpu_percent", "memory_bytes", "written_bytes_per_second"}) {
    for (std::size_t width = 1; width < 130; ++width) {
      for (const Terminal& terminal : {plain_terminal(width), ascii_terminal(width)}) {
        const std::string text = history_charts(one(hour(metric, 1.5e6)), last_hour(), terminal);
        for (const std::string_view line : split(text, '\n'))
          REQUIRE(display_width(line) <= width);
      }
    }
  }
}

TEST_CASE("a line of one point, of one value, of none and of values below zero can be drawn") {
  const Terminal terminal = ascii_terminal(60);
  const WallTime at = last_hour().from + 30min;
  const auto draw = [&](std::vector<PointView> points) {
    return history_charts(one({"a", "load_average", {}, std::move(points)}), last_hour(), terminal);
  };
  CHECK(draw({}) == "a: no load_average was recorded then\n");
  CHECK(draw({{at, 0, 0}}).find("min 0  mean 0  max 0  last 0  1 point\n") != std::string::npos);
  CHECK(draw({{at, 5, 5}, {at + 10s, 5, 5}}).find("5 |") != std::string::npos);
  CHECK(draw({{at, -3, -3}, {at + 10s, 4, 4}}).find("-3 |") != std::string::npos);
  // What the clock of another machine says is drawn at the edge.
  CHECK(draw({{at + 24h, 1, 1}, {at + -24h, 1, 1}}).find('*') != std::string::npos);
}

TEST_CASE("at full step a table has one value for each moment") {
  const auto views = history_views(json_from(R"({"series": [
      {"name": "a:0", "metric": "cpu_percent", "step_seconds": null,
       "points": [{"at": "2026-11-22T13:50:00.000Z", "mean": 1.25, "max": 1.25}]},
      {"name": "a:1", "metric": "cpu_percent", "step_seconds": null, "points": []}]})"));
  canned_now();
  CHECK(history_table(views, plain_terminal(80)) ==
        "NAME  TIME                     VALUE\n"
        "a:0   2026-11-22 13:50:00      1.2 %\n"
        "a:1: no cpu_percent was recorded then\n");
}

}  // namespace mainstay::ctl
