#include "control/log_streams.h"

#include <algorithm>
#include <utility>

#include "control/log_lines.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kItemBytes = 32 * 1024;   // of text in one item, and per turn and client
constexpr std::size_t kTailBytes = 512 * 1024;  // of text before following begins
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

std::string started_over_item(const std::vector<std::string>& files) {
  JsonWriter out;
  out.open_object().key("lines").open_list().close_list().key("started_over").open_list();
  for (const auto& file : files)
    out.text(file);
  out.close_list().close_object();
  return out.take();
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
  auto sources = log_sources(parts_.controller, instances, wish.only, parts_.clock());
  auto stream =
      std::make_unique<Stream>(Stream{++last_number_, call, std::move(wish), {}, {}, {}, {}, {}});
  for (const auto& source : sources)
    stream->files.insert(source.file);
  const logs::TailLimits limits{stream->wish.lines, kTailBytes};
  streams_.push_back(std::move(stream));
  // The call is closed when this object is gone: only then may `this` not be touched.
  read_tail(parts_, sources, limits,
            [this, call, number = last_number_, sources](logs::Tail tail) mutable {
              if (call.open()) on_tail(number, std::move(sources), std::move(tail));
            });
}

void LogStreams::on_tail(std::uint64_t number, std::vector<logs::Source> sources, logs::Tail tail) {
  const auto found = std::find_if(streams_.begin(), streams_.end(), [number](const auto& stream) {
    return stream->number == number;
  });
  if (found == streams_.end()) return;
  Stream& stream = **found;
  std::move(tail.lines.begin(), tail.lines.end(), std::back_inserter(stream.backlog));
  // Where the tail found no log, it was cut before.
  std::set<std::string> unseen;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (tail.positions[i].inode == 0) unseen.insert(sources[i].file);
  }
  stream.follower =
      std::make_unique<logs::Follower>(*directory_, std::move(sources), std::move(tail.positions));
  for (const auto& rotated : std::exchange(stream.rotated_meanwhile, {})) {
    if (!unseen.contains(rotated.file)) stream.follower->rotated(rotated);
  }
  for (const auto& file : stream.grown_meanwhile)
    stream.follower->grew(file);
  stream.grown_meanwhile.clear();
  feed(stream);
}

void LogStreams::grew(const std::string& file) {
  for (const auto& stream : streams_) {
    if (stream->follower) {
      stream->follower->grew(file);
    } else {
      stream->grown_meanwhile.insert(file);
    }
  }
}

void LogStreams::rotated(const logs::Rotated& rotated) {
  for (const auto& stream : streams_) {
    if (stream->follower) {
      stream->follower->rotated(rotated);
    } else {
      stream->rotated_meanwhile.push_back(rotated);
    }
  }
}

// What goes away stays followed: its file may still get last words.
void LogStreams::add_new_instances(Stream& stream) {
  const auto instances = parts_.controller.resolve(stream.wish.targets);
  if (!instances) return;
  for (auto& source :
       log_sources(parts_.controller, *instances, stream.wish.only, parts_.clock())) {
    const std::string file = source.file;
    if (!stream.files.insert(file).second) continue;
    stream.follower->add(std::move(source));
    stream.follower->grew(file);
  }
}

void LogStreams::after_settle() {
  if (streams_.empty()) return;
  std::erase_if(streams_, [](const auto& stream) { return !stream->call.open(); });
  const bool change = std::exchange(instances_change_, false);
  for (const auto& stream : streams_) {
    if (change) stream->look_again = true;
    feed(*stream);
  }
}

void LogStreams::feed(Stream& stream) {
  if (!stream.follower) return;  // a change of instances is remembered until there is one
  if (std::exchange(stream.look_again, false)) add_new_instances(stream);
  send_backlog(stream);
  if (!stream.backlog.empty()) return;
  if (!stream.wish.follow) {
    stream.call.answer(R"({"ended":true})");
    return;
  }
  send_new(stream);
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

void LogStreams::send_new(Stream& stream) {
  if (!stream.follower->has_pending()) return;
  if (!stream.call.keeps_up()) {
    stream.fell_behind = true;
    return;
  }
  skip_what_is_too_old(stream);
  const auto pulled = stream.follower->pull(kItemBytes);
  if (pulled.missed != 0) stream.call.item(skipped_item(pulled.missed));
  if (!pulled.started_over.empty()) stream.call.item(started_over_item(pulled.started_over));
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
