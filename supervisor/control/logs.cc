// logs.read and logs.follow.
#include <utility>

#include "control/log_lines.h"
#include "control/log_streams.h"
#include "control/method.h"
#include "control/target_filter.h"

namespace mainstay::control {

namespace {

constexpr std::int64_t kMostLines = 1000;
constexpr std::size_t kReadBytes = 512 * 1024;  // of text in one answer

LogWish wish_of(Params& params) {
  LogWish wish;
  wish.targets = params.texts("targets");
  wish.lines = static_cast<std::size_t>(params.whole("lines", 0, kMostLines).value_or(50));
  if (const auto word = params.text("stream")) {
    wish.only = logs::parse_stream(*word);
    if (!wish.only) params.refuse("stream", "must be \"out\" or \"err\"");
  }
  return wish;
}

std::string lines_text(const logs::Tail& tail) {
  JsonWriter out;
  out.open_object().key("lines").open_list();
  for (const auto& line : tail.lines)
    write_line(out, line);
  out.close_list();
  if (tail.cut) out.key("cut").flag(true);
  out.close_object();
  return out.take();
}

}  // namespace

void logs_read(Context& context, const Call& call, Params& params) {
  const LogWish wish = wish_of(params);
  if (refused(call, params)) return;
  const auto resolved = resolve_targets(context.controller(), wish.targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  auto sources = log_sources(context.controller(), resolved.instances, wish.only, context.now());
  read_tail(context.parts, std::move(sources), {wish.lines, kReadBytes},
            [call](const logs::Tail& tail) { call.answer(lines_text(tail)); });
}

void logs_follow(Context& context, const Call& call, Params& params) {
  LogWish wish = wish_of(params);
  wish.follow = params.flag("follow", true);
  if (refused(call, params)) return;
  auto resolved = resolve_targets(context.controller(), wish.targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  context.logs.add(call, std::move(wish), std::move(resolved.instances));
}

}  // namespace mainstay::control
