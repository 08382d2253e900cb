#include "control/log_wish.h"

#include <utility>

namespace mainstay::control {

namespace {

constexpr std::int64_t kMostLines = 100'000;
constexpr std::size_t kUsualLines = 50;

std::optional<Regex> read_grep(Params& params) {
  const auto text = params.text("grep");
  const bool ignore_case = params.flag("ignore_case", false);
  if (!text) return std::nullopt;
  auto regex = Regex::compile(*text, ignore_case);
  if (regex) return std::move(*regex);
  params.refuse("grep", regex.error().message);
  return std::nullopt;
}

std::optional<logs::Level> read_level(Params& params) {
  const auto text = params.text("level");
  if (!text) return std::nullopt;
  const auto level = logs::parse_level(*text);
  if (!level) params.refuse("level", "must be \"error\", \"warn\", \"info\" or \"debug\"");
  return level;
}

}  // namespace

void read_time(Params& params, std::string_view name, WallTime& time) {
  const auto text = params.text(name);
  if (!text) return;
  const auto parsed = parse_rfc3339(*text);
  if (parsed) {
    time = *parsed;
  } else {
    params.refuse(name, parsed.error().message);
  }
}

LogWish read_log_wish(Params& params) {
  LogWish wish;
  wish.targets = params.texts("targets");
  if (const auto lines = params.whole("lines", 0, kMostLines))
    wish.query.lines = static_cast<std::size_t>(*lines);
  auto& span = wish.query.span;
  span.since = params.time("since").value_or(span.since);
  span.until = params.time("until").value_or(span.until);
  if (!wish.query.lines && wish.query.span.everything()) wish.query.lines = kUsualLines;
  wish.filter = logs::LineFilter{read_grep(params), read_level(params)};
  if (const auto word = params.text("stream")) {
    wish.only = logs::parse_stream(*word);
    if (!wish.only) params.refuse("stream", "must be \"out\" or \"err\"");
  }
  return wish;
}

}  // namespace mainstay::control
