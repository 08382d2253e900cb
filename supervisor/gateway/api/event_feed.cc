#include "gateway/api/event_feed.h"

#include <algorithm>
#include <utility>

#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

// Small enough that a client can take one before the next comes.
constexpr std::size_t kPage = 200;

std::uint64_t number_of(std::string_view event) {
  return whole_number(json_member(event, "id")).value_or(0);
}

}  // namespace

EventFeed::EventFeed(Upstream& upstream, SharedReads& reads, Json targets,
                     std::function<void()> on_over)
    : upstream_(upstream),
      reads_(reads),
      targets_(std::move(targets)),
      on_over_(std::move(on_over)) {
  id_ = upstream_.follow(
      gateway_itself(), "events.follow", dump_json(base_params()),
      [this](std::string_view item) { on_item(item); },
      [this](const Reply& reply) { on_done(reply); });
}

EventFeed::~EventFeed() {
  *alive_ = false;
  upstream_.cancel(id_);
}

Json EventFeed::base_params() const {
  Json params = Json::object();
  if (!targets_.empty()) params["targets"] = targets_;
  return params;
}

void EventFeed::add(std::shared_ptr<EventStream> stream, std::string_view event,
                    const Begin& begin) {
  auto follower = std::make_shared<Follower>(Follower{std::move(stream), event});
  followers_.push_back(follower);
  Json params = base_params();
  if (begin.from) {
    params["from"] = *begin.from;
    params["limit"] = kPage;
  } else if (begin.since) {
    params["from"] = 0;
    params["since"] = *begin.since;
    params["limit"] = kPage;
  } else {
    params["limit"] = 1;  // only to learn the next number
  }
  read_up(follower, std::move(params));
}

bool EventFeed::drop_closed() {
  std::erase_if(followers_, [](const auto& each) { return !each->stream->open(); });
  return followers_.empty();
}

void EventFeed::read_up(const std::shared_ptr<Follower>& follower, Json params) {
  const std::size_t limit = params["limit"].get<std::size_t>();
  reads_.ask(gateway_itself(), "events.list", dump_json(params),
             [this, alive = alive_, follower, limit](const Reply& reply) {
               if (*alive && follower->stream->open()) on_page(follower, limit, reply);
             });
}

void EventFeed::on_page(const std::shared_ptr<Follower>& follower, std::size_t limit,
                        const Reply& reply) {
  if (!reply.ok) return follower->stream->fail(reply);
  follower->next =
      std::max(follower->next, whole_number(json_member(reply.result, "next")).value_or(0));
  std::size_t count = 0;
  std::string frames;
  for_each_element(json_member(reply.result, "events"), [&](std::string_view event) {
    ++count;
    if (limit == 1) return;
    frames += event_frame(std::to_string(number_of(event)), follower->event, event);
  });
  follower->stream->push(frames);
  // A full page may not be the last; and what the stream brought meanwhile may be gone again.
  if ((limit == kPage && count == kPage) || dropped_ >= follower->next) {
    Json params = base_params();
    params["from"] = follower->next;
    params["limit"] = kPage;
    return read_up(follower, std::move(params));
  }
  go_on(follower);
}

void EventFeed::go_on(const std::shared_ptr<Follower>& follower) {
  follower->reads_up = false;
  std::string frames;
  for (const Kept& each : kept_) {
    if (each.id < follower->next) continue;
    frames += event_frame(std::to_string(each.id), follower->event, each.text);
    follower->next = each.id + 1;
  }
  if (!frames.empty()) follower->stream->push(frames);
}

void EventFeed::on_item(std::string_view item) {
  for_each_element(json_member(item, "events"),
                   [this](std::string_view event) { on_event(event); });
}

void EventFeed::on_event(std::string_view event) {
  const std::uint64_t id = number_of(event);
  kept_.push_back({id, std::string{event}});
  if (kept_.size() > kKept) {
    dropped_ = kept_.front().id;
    kept_.pop_front();
  }
  const std::string number = std::to_string(id);
  const std::string plain = event_frame(number, {}, event);
  const std::string named = event_frame(number, "event", event);
  const auto followers = followers_;  // a push may end one
  for (const auto& each : followers) {
    if (each->reads_up || id < each->next) continue;
    each->next = id + 1;
    each->stream->push(each->event.empty() ? plain : named);
  }
}

void EventFeed::on_done(const Reply& reply) {
  const auto over = on_over_;  // a copy: it may destroy this
  for (const auto& each : std::exchange(followers_, {}))
    each->stream->fail(reply);
  over();
}

}  // namespace mainstay::gateway
