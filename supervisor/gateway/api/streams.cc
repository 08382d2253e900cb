#include "gateway/api/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

// What was asked for ends, and a stream does not.
bool refuse_ends(const Visit& visit, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (!visit.arguments.params.contains(name)) continue;
    visit.fail(400, "invalid_params", fmt::format("{}: goes not together with follow", name));
    return true;
  }
  return false;
}

Json targets_of(const Json& params) {
  return params.contains("targets") ? params["targets"] : Json::array();
}

EventFeed::Begin begin_of_events(const Visit& visit) {
  EventFeed::Begin begin;
  const Json& params = visit.arguments.params;
  if (params.contains("from")) begin.from = params["from"].get<std::uint64_t>();
  if (params.contains("since")) begin.since = params["since"].get<std::string>();
  const auto last = whole_number(visit.web().header("last-event-id"));
  if (last && *last < INT64_MAX) begin.from = *last + 1;
  return begin;
}

LogFeed::Begin begin_of_logs(const Visit& visit, WallTime now) {
  LogFeed::Begin begin;
  begin.position = LogPosition::parse(visit.web().header("last-event-id"));
  for (const char* name : {"lines", "since"}) {
    if (visit.arguments.params.contains(name)) begin.span[name] = visit.arguments.params[name];
  }
  if (begin.span.contains("lines") && begin.span["lines"] == 0) begin.now = now;
  return begin;
}

template <typename Feeds>
void drop_deserted(Feeds& feeds) {
  std::erase_if(feeds, [](const auto& each) { return each.second->drop_closed(); });
}

}  // namespace

Streams::Streams(io::Loop& loop, Upstream& upstream, SharedReads& reads, Doorman& doorman,
                 std::function<WallTime()> now)
    : upstream_(upstream),
      reads_(reads),
      doorman_(doorman),
      now_(std::move(now)),
      tick_(loop, [this] { tick(); }),
      sweep_(loop, [this] { sweep(); }) {}

std::shared_ptr<EventStream> Streams::open(const std::shared_ptr<Visit>& visit) {
  auto stream = std::make_shared<EventStream>(visit);
  if (visit->request().method == "HEAD") {
    stream->end();
    return nullptr;
  }
  visit->exchange().on_gone([this] { sweep_.start(Duration{0}); });
  if (open_.empty()) tick_.start(kKeepAlive);
  open_.push_back(stream);
  return stream;
}

// Whoever is over may be in the middle of saying so: it is destroyed in a turn of its own.
template <typename Feed>
std::function<void()> Streams::when_over(Feeds<Feed>& feeds, std::string key) {
  return [this, &feeds, key = std::move(key)] {
    const auto found = feeds.find(key);
    if (found == feeds.end()) return;
    over_.push_back(std::shared_ptr<Feed>{std::move(found->second)});
    feeds.erase(found);
    sweep_.start(Duration{0});
  };
}

ServiceFeed& Streams::services(const Json& params) {
  const std::string key = dump_json(params);
  auto& feed = services_[key];
  if (!feed) feed = std::make_unique<ServiceFeed>(upstream_, key, when_over(services_, key));
  return *feed;
}

EventFeed& Streams::events(const Json& targets) {
  const std::string key = dump_json(targets);
  auto& feed = events_[key];
  if (!feed)
    feed = std::make_unique<EventFeed>(upstream_, reads_, targets, when_over(events_, key));
  return *feed;
}

LogFeed& Streams::logs(const Json& filter) {
  const std::string key = dump_json(filter);
  auto& feed = logs_[key];
  if (!feed) feed = std::make_unique<LogFeed>(upstream_, filter, now_(), when_over(logs_, key));
  return *feed;
}

void Streams::follow_services(const std::shared_ptr<Visit>& visit) {
  if (auto stream = open(visit)) services(visit->arguments.params).add(std::move(stream));
}

void Streams::follow_events(const std::shared_ptr<Visit>& visit) {
  if (refuse_ends(*visit, {"until", "before", "limit"})) return;
  auto stream = open(visit);
  if (!stream) return;
  events(targets_of(visit->arguments.params)).add(std::move(stream), {}, begin_of_events(*visit));
}

void Streams::follow_logs(const std::shared_ptr<Visit>& visit) {
  if (refuse_ends(*visit, {"until"})) return;
  auto stream = open(visit);
  if (!stream) return;
  Json filter = visit->arguments.params;
  filter.erase("lines");
  filter.erase("since");
  logs(filter).add(std::move(stream), begin_of_logs(*visit, now_()));
}

void Streams::follow_all(const std::shared_ptr<Visit>& visit) {
  auto stream = open(visit);
  if (!stream) return;
  stream->push({});
  services(Json::object()).add(stream);
  events(Json::array()).add(std::move(stream), "event", begin_of_events(*visit));
}

void Streams::tick() {
  for (const auto& stream : std::vector(open_)) {
    const auto verdict = doorman_.admit(stream->visit().web(), stream->visit().route->need);
    std::holds_alternative<Refusal>(verdict) ? stream->end() : stream->push(":\n\n");
  }
  sweep();
  if (!open_.empty()) tick_.start(kKeepAlive);
}

void Streams::sweep() {
  over_.clear();
  std::erase_if(open_, [](const auto& stream) { return !stream->open(); });
  drop_deserted(services_);
  drop_deserted(events_);
  drop_deserted(logs_);
}

}  // namespace mainstay::gateway
