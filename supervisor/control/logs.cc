// logs.read, logs.follow and logs.export.
#include <utility>

#include "control/log_exports.h"
#include "control/log_lines.h"
#include "control/log_streams.h"
#include "control/method.h"
#include "control/target_filter.h"
#include "logs/log_reading.h"

namespace mainstay::control {

namespace {

// Of lines, and of text in them, in one answer.
constexpr std::size_t kLinesInAnswer = 100'000;
constexpr std::size_t kReadBytes = 512 * 1024;

std::string lines_text(logs::LogReading& reading) {
  JsonWriter out;
  out.open_object().key("lines").open_list();
  for (const auto& line : reading.lines())
    write_line(out, line);
  out.close_list();
  if (reading.cut()) out.key("cut").flag(true);
  if (!reading.problems().empty()) {
    out.key("problems").open_list();
    for (const auto& problem : reading.problems())
      out.text(problem);
    out.close_list();
  }
  out.close_object();
  return out.take();
}

// Slice after slice, so that a client that is gone costs no more than one.
void read_all(io::Loop& loop, const std::shared_ptr<logs::LogReading>& reading, const Call& call) {
  reading->read_past(loop, [&loop, reading, call] {
    if (!call.open()) return;
    if (reading->past_ended()) return call.answer(lines_text(*reading));
    read_all(loop, reading, call);
  });
}

}  // namespace

void logs_read(Context& context, const Call& call, Params& params) {
  LogWish wish = read_log_wish(params);
  if (refused(call, params)) return;
  const auto resolved = resolve_targets(context.controller(), wish.targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  auto sources = log_sources(context.controller(), resolved.instances, wish.only, context.now());
  wish.query.lines = wish.query.lines.value_or(kLinesInAnswer);
  wish.query.max_bytes = kReadBytes;
  const auto reading = std::make_shared<logs::LogReading>(
      context.parts.facts.log_dir, std::move(sources), wish.query, std::move(wish.filter));
  read_all(context.parts.loop, reading, call);
}

void logs_follow(Context& context, const Call& call, Params& params) {
  LogWish wish = read_log_wish(params);
  wish.follow = params.flag("follow", true);
  wish.joins = params.json("joins");
  if (wish.joins && wish.follow)
    params.refuse("joins", "says where what is there ends; it goes with \"follow\":false");
  if (refused(call, params)) return;
  auto resolved = resolve_targets(context.controller(), wish.targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  context.logs.add(call, std::move(wish), std::move(resolved.instances));
}

// Without a number of lines it is all of them.
void logs_export(Context& context, const Call& call, Params& params) {
  LogWish wish = read_log_wish(params);
  if (!params.json("lines")) wish.query.lines.reset();
  if (refused(call, params)) return;
  const auto resolved = resolve_targets(context.controller(), wish.targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  context.exports.add(call, std::move(wish), resolved.instances);
}

void stream_more(Context& context, const Call& call, Params& params) {
  const auto id = params.json("id");
  if (!id) params.refuse("id", "is missing; it is the id of the request for the stream");
  if (refused(call, params)) return;
  call.answer(context.exports.more(call, *id) ? R"({"found":true})" : R"({"found":false})");
}

}  // namespace mainstay::control
