// history.query.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "control/history_source.h"
#include "control/history_state.h"
#include "control/history_targets.h"
#include "control/json_writer.h"
#include "control/method.h"

namespace mainstay::control {

namespace {

using history::Metric;
using history::SeriesKind;

constexpr Duration kUsualLength = std::chrono::hours{1};
// Of all series of one answer together: it has to fit into a client's queue.
constexpr std::size_t kMostPoints = 10'000;

// What is asked for, but for the series.
struct Wish {
  std::vector<std::string> targets;
  std::optional<SeriesKind> kind;
  std::optional<Metric> metric;
  history::SeriesQuery query;
};

std::optional<Metric> read_metric(Params& params) {
  const auto name = params.text("metric");
  if (!name) return std::nullopt;
  const auto metric = history::metric_of(*name);
  if (metric) return metric;
  std::vector<std::string> names;
  for (const auto& spec : history::kMetrics)
    names.emplace_back(spec.name);
  const std::string shown = to_valid_utf8(std::string_view{*name}.substr(0, 64));
  std::string meant = did_you_mean(shown, names);
  if (meant.empty()) meant = "; there are " + join(names, ", ");
  params.refuse("metric", fmt::format("there is no '{}'{}", shown, meant));
  return std::nullopt;
}

std::optional<SeriesKind> read_kind(Params& params) {
  const auto name = params.text("kind");
  if (!name) return std::nullopt;
  const auto kind = history::series_kind_of(*name);
  if (!kind) params.refuse("kind", "must be instance, host, disk, check or monitor");
  return kind;
}

Duration read_step(Params& params) {
  const auto text = params.text("step");
  if (!text) return Duration{0};
  const auto step = parse_duration(*text);
  if (!step) params.refuse("step", step.error().message);
  if (step && *step < std::chrono::seconds{1}) params.refuse("step", "must be 1s at least");
  return step ? *step : Duration{0};
}

Wish read_wish(Params& params, const Now& now) {
  Wish wish;
  wish.kind = read_kind(params);
  wish.targets =
      wish.kind == SeriesKind::Host ? std::vector<std::string>{""} : params.required_targets();
  wish.metric = read_metric(params);
  wish.query.metric = wish.metric.value_or(Metric::CpuPercent);
  wish.query.to = params.time("to").value_or(now.wall);
  wish.query.from = params.time("from").value_or(wish.query.to + -kUsualLength);
  if (wish.query.to <= wish.query.from) params.refuse("from", "must be before to");
  wish.query.step = read_step(params);
  const auto points = params.whole("points", 2, kMostPoints);
  wish.query.most_points = static_cast<std::size_t>(points.value_or(kMostPoints));
  return wish;
}

void write_name(JsonWriter& out, const WantedSeries& series) {
  out.key("kind").text(to_string(series.key.kind)).key("name").text(series.shown);
  out.key("service").text_or_null(series.service);
}

void write_value(JsonWriter& out, Metric metric, double value) {
  constexpr double kWholeFrom = 1000;
  const double scale = history::kMetrics[static_cast<std::size_t>(metric)].scale;
  out.number(value, value >= kWholeFrom ? 0 : scale > 100 ? 3 : 2);
}

void write_points(JsonWriter& out, const history::SeriesAnswer& answer, Metric metric) {
  const bool sampled = answer.step == Duration{0};
  out.key("metric").text(to_string(metric)).key("step_seconds");
  out.seconds(sampled ? std::nullopt : std::optional{answer.step});
  out.key("points").open_list();
  for (const history::Point& point : answer.points) {
    out.open_object().key("at").time(point.at);
    write_value(out.key("mean"), metric, point.mean);
    write_value(out.key("max"), metric, point.max);
    out.close_object();
  }
  out.close_list();
}

void write_latest(JsonWriter& out, const history::LatestAnswer& answer) {
  out.key("metrics").open_list();
  for (const history::LatestValue& value : answer.values) {
    out.open_object().key("metric").text(to_string(value.metric)).key("at").time(value.at);
    write_value(out.key("value"), value.metric, value.value);
    out.close_object();
  }
  out.close_list();
}

// {"series":[…]}, each written by `write`.
template <typename Answer, typename Write>
std::string series_text(const WantedAll& wanted, const std::vector<Answer>& answers,
                        const Write& write) {
  JsonWriter out;
  out.open_object().key("series").open_list();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    write_name(out.open_object(), wanted[i]);
    write(out, answers[i]);
    out.close_object();
  }
  out.close_list().close_object();
  return out.take();
}

// Of the kinds whose names nobody declares.
void fail_unknown(const Call& call, const WantedSeries& series,
                  const Result<std::vector<std::string>>& names) {
  if (!names) return call.fail(history_failure(names.error()));
  std::string meant = did_you_mean(series.key.name, *names);
  if (meant.empty() && !names->empty()) meant = "; there is " + join_some(*names, 10);
  call.fail({RpcError::NoSuchTarget, "no_such_series",
             fmt::format("nothing was recorded of {} '{}'{}", to_string(series.key.kind),
                         to_valid_utf8(series.key.name), to_valid_utf8(meant))});
}

// Answers of series, of which one at least is known; else says what there is instead. Instances,
// checks and monitors that are declared need not have been sampled yet.
template <typename Answer, typename Write>
void reply(HistorySource& source, const Call& call, const WantedAll& wanted,
           const Result<std::vector<Answer>>& answers, const Write& write) {
  if (!answers) return call.fail(history_failure(answers.error()));
  const WantedSeries& first = wanted.front();
  const bool sure = first.declared || first.key.kind == SeriesKind::Host ||
                    first.key.kind == SeriesKind::Monitor ||
                    std::any_of(answers->begin(), answers->end(),
                                [](const Answer& answer) { return answer.known; });
  if (sure) return call.answer(series_text(wanted, *answers, write));
  source.names(first.key.kind,
               [call, first](const auto& names) { fail_unknown(call, first, names); });
}

void ask(HistorySource& source, const Call& call, Wish wish,
         const std::shared_ptr<const WantedAll>& wanted) {
  std::vector<std::string> names;
  for (const WantedSeries& series : *wanted)
    names.push_back(series.key.name);
  const SeriesKind kind = wanted->front().key.kind;
  if (!wish.metric) {
    return source.latest(kind, std::move(names), [&source, call, wanted](const auto& answers) {
      reply(source, call, *wanted, answers, write_latest);
    });
  }
  wish.query.kind = kind;
  wish.query.most_points =
      std::clamp<std::size_t>(kMostPoints / names.size(), 2, wish.query.most_points);
  wish.query.names = std::move(names);
  source.query(
      std::move(wish.query), [&source, call, wanted, metric = *wish.metric](const auto& answers) {
        reply(source, call, *wanted, answers,
              [metric](JsonWriter& out, const auto& answer) { write_points(out, answer, metric); });
      });
}

}  // namespace

void history_query(Context& context, const Call& call, Params& params) {
  Wish wish = read_wish(params, context.now());
  if (refused(call, params)) return;
  HistorySource* source = context.parts.samples;
  if (source == nullptr) return call.fail(history_failure({"no history is kept", 0}));
  auto found = find_series(context, wish.targets, wish.kind);
  if (const auto* failure = std::get_if<RpcFailure>(&found)) return call.fail(*failure);
  const auto wanted = std::make_shared<const WantedAll>(std::get<WantedAll>(std::move(found)));
  if (wanted->empty()) return call.answer(R"({"series":[]})");
  ask(*source, call, std::move(wish), wanted);
}

}  // namespace mainstay::control
