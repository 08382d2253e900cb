// What Capture does while a log cannot grow. First somebody is asked to make room (the oldest
// archives go). If there is none to be made, the pipe holds the writer back for a while, and then,
// with on_full: drop, output is counted and thrown away until a mark can be written that tells of
// it. The pipe of a dropping log is watched like any other, and nobody waits.
#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "logs/capture_state.h"
#include "logs/gap_mark.h"
#include "logs/move.h"
#include "logs/names.h"

namespace mainstay::logs {

namespace {

constexpr Duration kAskAgainAfter = std::chrono::seconds{30};
constexpr Duration kLongestAnswer = std::chrono::seconds{10};

// No room, for whatever reason; other errors are not cured by throwing output away.
bool is_full(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

// Room for a mark alone would be the end of one gap and the beginning of the next.
bool has_room(int file) {
  constexpr std::uint64_t kEnough = 128 * 1024;
  struct statvfs about {};
  if (fstatvfs(file, &about) != 0) return true;
  const std::uint64_t size = about.f_blocks * about.f_frsize;
  return size == 0 || about.f_bavail * about.f_frsize >= std::min(kEnough, size / 8);
}

}  // namespace

// Called with every failure of a pipe that is waiting.
void Capture::State::meet_full(CapturedPipe& pipe, int error) {
  if (!is_full(error) || pipe.file.empty()) return;
  ask_for_room();
  if (pipe.dropping || pipe.on_full != model::OnFull::Drop) return;
  const MonoTime now = options.clock().mono;
  const Duration held_back = now - pipe.trouble_began;
  if (room_asked && held_back < kLongestAnswer) return;
  const Loss* loss = losses.find(pipe.file);
  const bool goes_on = loss != nullptr && loss->open();  // a former controller's gap, too
  if (goes_on || held_back >= options.drop_after) return begin_dropping(pipe);
  next_retry = std::min(next_retry, pipe.trouble_began + options.drop_after - now);
}

void Capture::State::ask_for_room() {
  const MonoTime now = options.clock().mono;
  if (!make_room || room_asked || (ask_room_from && now < *ask_room_from)) return;
  room_asked = true;
  make_room([this, alive = std::weak_ptr<char>{alive}](std::uint64_t freed) {
    if (alive.expired()) return;
    room_asked = false;
    ask_room_from.reset();
    if (freed == 0) ask_room_from = options.clock().mono + kAskAgainAfter;
    if (!waiting.empty()) retry_timer.start(Duration{0});
  });
}

void Capture::State::begin_dropping(CapturedPipe& pipe) {
  pipe.dropping = true;
  pipe.trouble->dropping = true;
  pipe.watch->want(io::kReadable);
  const Loss* loss = losses.find(pipe.file);
  if (on_dropped && (loss == nullptr || !loss->open())) {
    on_dropped({pipe.file, false, 0, 0, pipe.trouble->since, {}});
  }
}

// Counts first: see losses.h.
Moved Capture::State::drop(CapturedPipe& pipe, std::size_t limit) {
  if (!open_nowhere()) return {0, MoveEnd::Failed, errno};
  drop_held(pipe);
  Moved sum{0, MoveEnd::Limit, 0};
  while (sum.bytes < limit) {
    const Counted seen = peek.count(pipe.fd.get(), limit - sum.bytes);
    if (seen.bytes == 0) {
      sum.end = has_ended(pipe.fd.get()) ? MoveEnd::Closed : MoveEnd::Empty;
      break;
    }
    losses.add(pipe.file, seen.bytes, seen.lines, options.clock().wall);
    const Moved gone = hand_on(pipe.fd.get(), nowhere.get(), seen.bytes);
    sum.bytes += gone.bytes;
    pipe.inside_line = !seen.line_end;
    if (gone.end == MoveEnd::Failed) return {sum.bytes, gone.end, gone.error};
  }
  return sum;
}

// What was read into memory and could not be written goes with the rest.
void Capture::State::drop_held(CapturedPipe& pipe) {
  if (pipe.held.empty()) return;
  const auto lines = std::count(pipe.held.begin(), pipe.held.end(), '\n');
  losses.add(pipe.file, pipe.held.size(), static_cast<std::uint64_t>(lines), options.clock().wall);
  pipe.inside_line = pipe.held.back() != '\n';
  pipe.held.clear();
}

// So that what follows the mark begins with a whole line, if its beginning is there already.
void Capture::State::drop_rest_of_line(CapturedPipe& pipe) {
  if (!pipe.inside_line) return;
  const Peeked rest = peek.up_to_line_end(pipe.fd.get(), options.turn_bytes);
  if (rest.bytes == 0 || !open_nowhere()) return;
  losses.add(pipe.file, rest.bytes, rest.line_end ? 1 : 0, options.clock().wall);
  static_cast<void>(hand_on(pipe.fd.get(), nowhere.get(), rest.bytes));
  pipe.inside_line = !rest.line_end;
}

// True if the pipe's log can be written again.
bool Capture::State::stop_dropping(CapturedPipe& pipe) {
  auto log = logs.get(pipe.file);
  if (!log || !has_room((*log)->descriptor())) {
    ask_for_room();
    return false;
  }
  // Not before anything was thrown away: it would only begin to wait anew.
  const Loss* loss = losses.find(pipe.file);
  if ((loss == nullptr || !loss->open()) && bytes_waiting(pipe.fd.get()) > 0) return false;
  drop_rest_of_line(pipe);
  if (mark_gap(pipe.file, pipe.shape.get(), **log) != 0) return false;
  go_on(pipe);
  return true;
}

// An errno. Before anything else is written into the log.
int Capture::State::mark_gap(const std::string& file, const LineShape* shape, LogFile& log) {
  const Loss* loss = losses.find(file);
  if (loss == nullptr || !loss->open()) return 0;
  const Loss lost = *loss;
  const WallTime now = options.clock().wall;
  if (shape) {
    // What was staged before comes before the mark.
    auto lines = formatted.get(file, *shape, log, now);
    if (!lines) return lines.error().code;
    if (const int error = (*lines)->finish(log, now)) return error;
  }
  if (const int error = write_gap_mark(losses, file, log, shape, now)) return error;
  unmarked.erase(file);
  if (on_dropped) on_dropped({file, true, lost.bytes, lost.lines, lost.since, now});
  if (on_growth) on_growth(file);
  return 0;
}

// Gaps of logs that nobody prints to any more.
void Capture::State::mark_left_gaps() {
  for (const auto& [file, shape] : std::map{unmarked}) {
    auto log = logs.get(file);
    if (log && has_room((*log)->descriptor()))
      static_cast<void>(mark_gap(file, shape.get(), **log));
    const Loss* loss = losses.find(file);
    if (loss == nullptr || !loss->open()) unmarked.erase(file);
  }
}

bool Capture::State::open_nowhere() {
  if (!nowhere) nowhere.reset(open("/dev/null", O_WRONLY | O_CLOEXEC));
  return static_cast<bool>(nowhere);
}

void Capture::set_make_room(MakeRoom make_room) {
  state_->make_room = std::move(make_room);
}

void Capture::set_on_dropped(std::function<void(const Dropped&)> callback) {
  state_->on_dropped = std::move(callback);
}

std::map<std::string, LogCondition> Capture::conditions() const {
  std::map<std::string, LogCondition> conditions;
  for (const CapturedPipe* pipe : state_->waiting) {
    if (!pipe->file.empty()) conditions[log_base_of(pipe->file)].trouble = *pipe->trouble;
  }
  state_->losses.for_each([&conditions](const std::string& file, const Loss& loss) {
    LogCondition& condition = conditions[log_base_of(file)];
    condition.dropped_bytes += loss.total_bytes;
    condition.dropped_lines += loss.total_lines;
  });
  return conditions;
}

}  // namespace mainstay::logs
