#include "control/log_streams.h"

#include <algorithm>
#include <utility>

#include "control/log_lines.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kItemBytes = 32 * 1024;  // of text in one item, and per turn and client
// A line that is so long without an end (a prompt, last words) is shown to who comes.
constexpr Duration kRestsAfter = std::chrono::seconds{1};
constexpr std::uint64_t kKeptWhenSkipping = 64 * 1024;

template <typename Lines>
std::string lines_item(const Lines& lines) {
  JsonWriter out;
  out.open_object().key("lines").open_list();
  for (const auto& line : lines)
    write_line(out, line);
  out.close_list().close_object();
  return out.take();
}

// {"lines":[],"NAME":["TEXT",…]}
std::string texts_item(std::string_view name, const std::vector<std::string>& texts) {
  JsonWriter out;
  out.open_object().key("lines").open_list().close_list().key(name).open_list();
  for (const auto& text : texts)
    out.text(text);
  out.close_list().close_object();
  return out.take();
}

std::string joined_item(const std::string& id) {
  return R"({"lines":[],"joined":)" + id + "}";
}

std::string skipped_item(std::uint64_t bytes) {
  JsonWriter out;
  out.open_object().key("lines").open_list().close_list();
  out.key("skipped_bytes").whole(static_cast<std::int64_t>(bytes)).close_object();
  return out.take();
}

}  // namespace

LogStreams::LogStreams(Parts& parts, std::function<void()> serve_later)
    : parts_(parts), serve_later_(std::move(serve_later)) {}

bool LogStreams::open_directory(const Call& call) {
  if (directory_) return true;
  auto opened = logs::Directory::open(parts_.facts.log_dir);
  if (!opened) {
    call.fail({RpcError::Failed, "failed", opened.error().message});
    return false;
  }
  directory_.emplace(std::move(*opened));
  return true;
}

void LogStreams::add(const Call& call, LogWish wish, std::vector<InstanceId> instances) {
  if (!open_directory(call)) return;
  Stream* const joined = wish.joins ? joinable(call, *wish.joins) : nullptr;
  if (wish.joins && joined == nullptr)
    return call.fail({RpcError::Failed, "failed", "joins: there is no stream of that id"});
  auto sources = log_sources(parts_.controller, instances, wish.only, parts_.clock());
  auto stream = std::make_unique<Stream>(Stream{.number = ++last_number_, .call = call});
  for (const auto& source : sources)
    stream->files.insert(source.file);
  stream->targets = std::move(wish.targets);
  stream->only = wish.only;
  stream->follow = wish.follow;
  wish.query.to_the_end = wish.follow;
  stream->reading = std::make_shared<logs::LogReading>(parts_.facts.log_dir, std::move(sources),
                                                       wish.query, std::move(wish.filter));
  if (joined != nullptr) {
    stream->joins = joined->number;
    joined->joiners.push_back(stream->number);
  }
  streams_.push_back(std::move(stream));
  feed(joined != nullptr ? *joined : *streams_.back());
}

// The call is closed when this object is gone: only then may `this` not be touched.
std::function<void()> LogStreams::when_read(const Stream& stream) {
  return [this, call = stream.call, number = stream.number] {
    if (call.open()) on_read(number);
  };
}

LogStreams::Stream* LogStreams::stream(std::uint64_t number) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [number](const auto& each) { return each->number == number; });
  return found == streams_.end() ? nullptr : found->get();
}

LogStreams::Stream* LogStreams::joinable(const Call& call, const std::string& id) {
  const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const auto& each) {
    return each->follow && each->call.open() && each->call.id() == id &&
           each->call.is_of_client_of(call);
  });
  return found == streams_.end() ? nullptr : found->get();
}

void LogStreams::on_read(std::uint64_t number) {
  Stream* const found = stream(number);
  if (found == nullptr) return;
  auto lines = std::exchange(found->reading->lines(), {});
  std::move(lines.begin(), lines.end(), std::back_inserter(found->backlog));
  feed(*found);
}

// False while the stream has lines in a worker: nobody knows yet which of them it will send.
bool LogStreams::join(Stream& stream) {
  if (stream.joiners.empty()) return true;
  if (!std::exchange(stream.told_rest, true)) send_new(stream, parts_.clock().wall + -kRestsAfter);
  if (stream.reading->is_busy() || !stream.backlog.empty()) return false;
  for (const std::uint64_t number : std::exchange(stream.joiners, {})) {
    Stream* const joiner = this->stream(number);
    if (joiner != nullptr && joiner->call.open()) let_join(stream, *joiner);
  }
  stream.told_rest = false;
  return true;
}

void LogStreams::let_join(Stream& stream, Stream& joiner) {
  std::vector<logs::ChainEnd> ends;
  for (const auto& source : joiner.reading->sources()) {
    if (stream.files.insert(source.file).second) stream.follower->add(source);
    ends.push_back(stream.follower->place_in(source.file).value_or(logs::ChainEnd{}));
  }
  joiner.reading->end_at(std::move(ends));
  joiner.joins = 0;
  stream.call.item(joined_item(joiner.call.id()));
  feed(joiner);
}

void LogStreams::fail_lonely() {
  for (const auto& each : streams_) {
    if (each->joins != 0 && stream(each->joins) == nullptr)
      each->call.fail({RpcError::Failed, "failed", "joins: that stream has ended"});
  }
}

void LogStreams::begin_to_follow(Stream& stream) {
  const logs::LogReading& reading = *stream.reading;
  stream.follower =
      std::make_unique<logs::Follower>(*directory_, reading.sources(), reading.positions());
  stream.follower->know(reading.archives());
  stream.cuts_meanwhile.tell(*stream.follower, reading);
}

void LogStreams::grew(const std::string& file) {
  for (const auto& stream : streams_) {
    if (stream->follower) stream->follower->grew(file);  // which begins with looking at all
  }
}

void LogStreams::rotated(const logs::Rotated& rotated) {
  for (const auto& stream : streams_) {
    if (stream->follower) {
      stream->follower->rotated(rotated);
    } else if (stream->follow && stream->files.contains(rotated.file)) {
      stream->cuts_meanwhile.add(*directory_, rotated);
    }
  }
}

// What goes away stays followed: its file may still get last words.
void LogStreams::add_new_instances(Stream& stream) {
  const auto instances = parts_.controller.resolve(stream.targets);
  if (!instances) return;
  for (auto& source : log_sources(parts_.controller, *instances, stream.only, parts_.clock())) {
    const std::string file = source.file;
    if (!stream.files.insert(file).second) continue;
    stream.follower->add(std::move(source));
    stream.follower->grew(file);
  }
}

void LogStreams::after_settle() {
  if (streams_.empty()) return;
  if (std::erase_if(streams_, [](const auto& stream) { return !stream->call.open(); }) > 0)
    fail_lonely();
  const bool change = std::exchange(instances_change_, false);
  for (const auto& stream : streams_) {
    if (change) stream->look_again = true;
    feed(*stream);
  }
}

void LogStreams::feed(Stream& stream) {
  if (stream.joins != 0) return;
  send_backlog(stream);
  if (stream.reading->is_busy() || !stream.backlog.empty()) return;
  if (!stream.reading->past_ended()) {
    if (stream.call.keeps_up()) stream.reading->read_past(parts_.loop, when_read(stream));
    return;
  }
  if (!stream.follower) {
    tell_problems(stream);
    if (!stream.follow) {
      stream.call.answer(R"({"ended":true})");
      return;
    }
    begin_to_follow(stream);
  }
  // A change of instances was remembered until now.
  if (std::exchange(stream.look_again, false)) add_new_instances(stream);
  if (join(stream)) send_new(stream);
}

void LogStreams::tell_problems(Stream& stream) {
  const auto& problems = stream.reading->problems();
  if (!problems.empty()) stream.call.item(texts_item("problems", problems));
}

void LogStreams::send_backlog(Stream& stream) {
  while (!stream.backlog.empty() && stream.call.keeps_up()) {
    std::vector<logs::Line> lines;
    for (std::size_t bytes = 0; !stream.backlog.empty() && bytes < kItemBytes;) {
      bytes += stream.backlog.front().text.size() + 1;
      lines.push_back(std::move(stream.backlog.front()));
      stream.backlog.pop_front();
    }
    stream.call.item(lines_item(lines));
  }
}

void LogStreams::send_new(Stream& stream, WallTime unfinished) {
  if (!stream.follower->has_pending() && unfinished == WallTime{}) return;
  if (!stream.call.keeps_up()) {
    stream.fell_behind = true;
    return;
  }
  skip_what_is_too_old(stream);
  auto pulled = stream.follower->pull(kItemBytes, unfinished);
  if (pulled.missed != 0) stream.call.item(skipped_item(pulled.missed));
  if (!pulled.started_over.empty())
    stream.call.item(texts_item("started_over", pulled.started_over));
  if (!pulled.lines.empty() && stream.reading->filters()) {
    stream.reading->filter(parts_.loop, std::move(pulled.lines), when_read(stream));
    return;  // and goes on after that
  }
  if (!pulled.lines.empty()) stream.call.item(lines_item(pulled.lines));
  if (stream.follower->has_pending()) serve_later_();
}

void LogStreams::skip_what_is_too_old(Stream& stream) {
  if (!std::exchange(stream.fell_behind, false)) return;
  if (stream.follower->behind() <= kBehind) return;
  const auto skipped = stream.follower->skip(kKeptWhenSkipping);
  if (skipped != 0) stream.call.item(skipped_item(skipped));
}

}  // namespace mainstay::control
