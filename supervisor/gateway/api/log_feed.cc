#include "gateway/api/log_feed.h"

#include <algorithm>
#include <utility>

#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

// The stream begins a little before now, so that its position has all lines of one time.
constexpr Duration kOverlap = std::chrono::seconds{2};

// Calls `see` with each line of an item; false when it has none but says something else.
bool for_each_line(std::string_view item,
                   const std::function<void(std::string_view text, const LogLine& line)>& see) {
  bool any = false;
  for_each_element(json_member(item, "lines"), [&](std::string_view text) {
    any = true;
    if (const auto line = log_line(text)) see(text, *line);
  });
  return any;
}

}  // namespace

LogFeed::LogFeed(Upstream& upstream, Json filter, WallTime now, std::function<void()> on_over)
    : upstream_(upstream),
      filter_(std::move(filter)),
      on_over_(std::move(on_over)),
      position_(now + -kOverlap) {
  Json params = filter_;
  params["since"] = format_rfc3339_micros(now + -kOverlap);
  id_ = upstream_.follow(
      gateway_itself(), "logs.follow", dump_json(params),
      [this](std::string_view item) { on_item(item); },
      [this](const Reply& reply) { on_done(reply); });
}

LogFeed::~LogFeed() {
  upstream_.cancel(id_);
  for (const auto& each : followers_)
    upstream_.cancel(each->reading);
}

void LogFeed::add(std::shared_ptr<EventStream> stream, Begin begin) {
  Json params = filter_;
  params["follow"] = false;
  params["joins"] = id_;
  const bool exact = begin.position || begin.span.contains("since");
  if (begin.position) {
    params["since"] = format_rfc3339_micros(begin.position->since());
  } else {
    params.update(begin.span);
  }
  followers_.push_back(std::make_shared<Follower>(
      Follower{.stream = std::move(stream),
               .position = begin.position ? std::move(*begin.position) : LogPosition{begin.now},
               .params = std::move(params),
               .from_there = exact}));
  read_next();
}

void LogFeed::read_next() {
  const auto reads = [](const auto& each) { return !each->live && each->reading != 0; };
  auto under_way =
      static_cast<std::size_t>(std::count_if(followers_.begin(), followers_.end(), reads));
  for (const auto& each : followers_) {
    if (under_way >= kReadings) return;
    if (each->live || each->reading != 0) continue;
    read(each);
    ++under_way;
  }
}

void LogFeed::read(const std::shared_ptr<Follower>& follower) {
  follower->reading = upstream_.follow(
      gateway_itself(), "logs.follow", dump_json(follower->params),
      [this, follower](std::string_view item) { pass_past(*follower, item); },
      [this, follower](const Reply& reply) { on_read(follower, reply); });
}

void LogFeed::on_read(const std::shared_ptr<Follower>& follower, const Reply& reply) {
  if (!reply.ok) {
    follower->stream->fail(reply);
    std::erase(followers_, follower);
  } else if (!follower->first_item) {  // not from this controller
    follower->stream->end();
    std::erase(followers_, follower);
  } else {
    follower->live = true;
    for (std::size_t i = *follower->first_item - first_kept_; i < kept_.size(); ++i)
      follower->stream->push(kept_[i]);
    follower->stream->push({});
    follower->position = LogPosition{WallTime{}};
  }
  forget_kept();
  read_next();
}

void LogFeed::pass_past(Follower& follower, std::string_view item) {
  std::string text = R"({"lines":[)";
  const bool has_lines = for_each_line(item, [&](std::string_view line_text, const LogLine& line) {
    if (!follower.position.take(line, follower.from_there)) return;
    if (text.back() != '[') text += ',';
    text += line_text;
  });
  if (has_lines && text.back() == '[') return;
  text += "]}";
  follower.stream->push(event_frame(follower.position.text(), {}, has_lines ? text : item));
}

// Up to here it is what that follower reads.
bool LogFeed::takes_joined(std::string_view item) {
  constexpr std::size_t kLongest = 100;  // of such an item: the others are not searched for it
  if (item.size() > kLongest) return false;
  const auto id = whole_number(json_member(item, "joined"));
  if (!id) return false;
  for (const auto& each : followers_) {
    if (!each->live && each->reading == *id) each->first_item = first_kept_ + kept_.size();
  }
  return true;
}

void LogFeed::on_item(std::string_view item) {
  if (takes_joined(item)) return;
  for_each_line(item,
                [this](std::string_view, const LogLine& line) { position_.take(line, true); });
  const std::string frame = event_frame(position_.text(), {}, item);
  keep(frame);
  const auto followers = followers_;  // a push may end one
  for (const auto& each : followers) {
    if (each->live) each->stream->push(frame);
  }
}

void LogFeed::keep(const std::string& frame) {
  const auto reads = [](const auto& each) { return !each->live && each->first_item.has_value(); };
  if (!std::any_of(followers_.begin(), followers_.end(), reads)) return;
  kept_.push_back(frame);
  kept_bytes_ += frame.size();
  if (kept_bytes_ <= kKeptBytes) return;
  for (const auto& each : std::vector(followers_)) {
    if (!reads(each)) continue;
    upstream_.cancel(each->reading);
    each->stream->end();
  }
  drop_closed();
}

void LogFeed::forget_kept() {
  const bool somebody_reads = std::any_of(
      followers_.begin(), followers_.end(),
      [](const auto& each) { return !each->live && each->first_item && each->stream->open(); });
  if (somebody_reads) return;
  first_kept_ += kept_.size();
  kept_.clear();
  kept_bytes_ = 0;
}

bool LogFeed::drop_closed() {
  for (const auto& each : followers_) {
    if (!each->stream->open() && !each->live) upstream_.cancel(each->reading);
  }
  std::erase_if(followers_, [](const auto& each) { return !each->stream->open(); });
  forget_kept();
  read_next();
  return followers_.empty();
}

void LogFeed::on_done(const Reply& reply) {
  const auto over = on_over_;  // a copy: it may destroy this
  for (const auto& each : std::exchange(followers_, {})) {
    upstream_.cancel(each->reading);
    each->stream->fail(reply);
  }
  over();
}

}  // namespace mainstay::gateway
