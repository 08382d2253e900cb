#include "logs/capture_state.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "logs/move.h"
#include "logs/names.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kPlainPipe = 64 * 1024;
constexpr std::size_t kBusyBytes = kPlainPipe / 2;
constexpr int kBusyTurns = 4;
constexpr std::uint64_t kCutsPerTurn = 1;
constexpr std::size_t kTellingBytes = 4 * 1024;  // less is no sign of a hurry
constexpr unsigned kLookEvery = 256;             // turns

bool goes_unlocked(const CapturedPipe& pipe) {
  return pipe.grown && pipe.in_small_pieces;
}

}  // namespace

Capture::State::State(io::Loop& loop_in, Directory& directory_in, CaptureOptions options_in)
    : loop(loop_in),
      directory(directory_in),
      options(std::move(options_in)),
      unlocked(std::move(options.unlocked), options.grown_pipe_bytes),
      logs(directory_in, options.max_open_files),
      formatted(directory_in, options.max_open_files),
      rotation(directory_in, logs),
      daily(
          loop_in, options.clock, [this] { return daily_files(); },
          [this](const std::string& file) { look_at_day_of(file); }),
      retry_timer(loop_in, [this] { retry(); }),
      retry_delay(options.first_retry),
      losses(options.losses, options.former_losses) {
  logs.set_on_replaced(
      [this](const std::string& file, const LogFile& log) { tell_replaced(file, log); });
}

void Capture::State::attach(RunId run, Destination destination, UniqueFd fd) {
  if (!fd) return;
  auto pipe = std::make_unique<CapturedPipe>();
  CapturedPipe& it = *pipe;
  it.run = run;
  it.file = std::move(destination.file);
  it.shape = std::move(destination.shape);
  it.fd = std::move(fd);
  it.rotate = destination.rotate;
  it.on_full = destination.on_full;
  it.grown = pipe_capacity(it.fd.get()) > kPlainPipe;  // by the controller before us
  if (it.grown) ++counts.grown;
  it.watch = std::make_unique<io::FdWatch>(loop, it.fd.get(), [this, &it](int) {
    unlocked.forget_former();
    serve(it, turn_of(it));
  });
  it.watch->want(io::kReadable);
  auto& pipes = outputs[run].pipes;
  (pipes[0] ? pipes[1] : pipes[0]) = std::move(pipe);
  ++counts.pipes;
  if (!it.file.empty()) {
    add_writer(it);
    Captured& count = captured[it.file];
    if (it.shape && !count.errors) count.errors = 0;
  }
  if (it.shape) {
    recover_lines(it);
  } else if (!it.file.empty()) {
    recover_move(it);
  }
}

std::size_t Capture::State::turn_of(const CapturedPipe& pipe) const {
  return goes_unlocked(pipe) ? options.unlocked_turn_bytes : options.turn_bytes;
}

void Capture::State::recover_move(const CapturedPipe& pipe) {
  if (!unlocked.left_open(pipe.fd.get())) return;
  const auto log = directory.look_at(pipe.file);
  unlocked.recover(pipe.fd.get(),
                   log ? std::optional{LogPlace{log->inode, log->size}} : std::nullopt);
}

// Before anything can cut the log, and only if a former controller left something.
void Capture::State::recover_lines(const CapturedPipe& pipe) {
  const auto staged = directory.look_at(staging_file_name(pipe.file));
  if (!staged || staged->size <= kStagingHeader) return;
  auto log = logs.get(pipe.file);
  if (!log) return;  // the first turn meets the same error and says it
  auto lines = formatted.get(pipe.file, *pipe.shape, **log, options.clock().wall);
  if (lines) static_cast<void>((*lines)->recover(**log));
}

bool Capture::State::serve(CapturedPipe& pipe, std::size_t limit) {
  end_wait_for_name(pipe);
  const bool dropped = pipe.dropping;
  const Moved moved = dropped ? drop(pipe, limit) : move(pipe, limit);
  pipe.last_words = false;
  ++counts.turns;
  if (moved.bytes > 0 && !pipe.file.empty() && !dropped) {
    counts.bytes += moved.bytes;
    captured[pipe.file].bytes += moved.bytes;
    if (on_growth) on_growth(pipe.file);
  }
  switch (moved.end) {
    case MoveEnd::Closed:
      close(pipe);
      break;
    case MoveEnd::Failed:
      wait_for_room(pipe, moved.error);
      break;
    case MoveEnd::Vacant:
      wait_for_name(pipe);
      break;
    case MoveEnd::Limit:
    case MoveEnd::Empty:
      if (pipe.trouble && !dropped) go_on(pipe);
      grow_if_busy(pipe, moved.bytes);
      break;
  }
  return moved.bytes > 0;
}

Moved Capture::State::move(CapturedPipe& pipe, std::size_t limit) {
  open_error.reset();
  return pipe.file.empty() ? throw_away(pipe, limit) : move_to_file(pipe, limit);
}

Moved Capture::State::move_to_file(CapturedPipe& pipe, std::size_t limit) {
  Moved sum{0, MoveEnd::Limit, 0};
  // A cut costs more than bytes, so a turn has one of them; a drain takes what there is.
  const std::uint64_t most_cuts =
      limit > turn_of(pipe) ? UINT64_MAX : rotation.cuts() + kCutsPerTurn;
  const auto may_go_on = [&] { return sum.bytes < limit && rotation.cuts() < most_cuts; };
  // What was read from the pipe does not wait for another turn, which may never come.
  while (sum.end == MoveEnd::Limit && (may_go_on() || !pipe.held.empty() || pipe.behind)) {
    const std::size_t left = limit - std::min(sum.bytes, limit);
    const Moved piece = move_piece(pipe, std::max(left, pipe.held.size()));
    sum = {sum.bytes + piece.bytes, piece.end, piece.error};
  }
  return sum;
}

Moved Capture::State::move_piece(CapturedPipe& pipe, std::size_t limit) {
  const WallTime at = options.clock().wall;
  auto log = logs.get(pipe.file, if_renamed(pipe));
  if (log && *log == nullptr) return {0, MoveEnd::Vacant, 0};
  pipe.name_looks = 0;
  if (log && rotation.cut_if_due(pipe.file, **log, pipe.rotate, at)) log = logs.get(pipe.file);
  if (!log) {
    open_error = log.error();
    return {0, MoveEnd::Failed, log.error().code};
  }
  if (const int error = mark_gap(pipe.file, pipe.shape.get(), **log))
    return {0, MoveEnd::Failed, error};
  const bool spliced = options.splice;
  const Moved moved =
      pipe.shape ? take_lines(**log, pipe, limit, at) : take_bytes(**log, pipe, limit, at);
  if (spliced && moved.end == MoveEnd::Failed && moved.error == EINVAL) {
    options.splice = false;  // all logs are in one directory, so on one file system
    return {moved.bytes, MoveEnd::Limit, 0};
  }
  const bool cut = rotation.cut_if_due(pipe.file, **log, pipe.rotate, at);
  // The next file is made by its first byte.
  if (cut && moved.end == MoveEnd::Limit && pipe.held.empty() && !pipe.behind &&
      bytes_waiting(pipe.fd.get()) == 0)
    return {moved.bytes, MoveEnd::Empty, 0};
  return moved;
}

Moved Capture::State::take_bytes(LogFile& log, CapturedPipe& pipe, std::size_t limit, WallTime at) {
  std::string* const held = options.splice ? nullptr : &pipe.held;
  const std::size_t most =
      rotation.next_piece(pipe.file, log, pipe.rotate, pipe.fd.get(), held, limit);
  return held != nullptr ? log.take(pipe.fd.get(), most, at, *held) : take_raw(log, pipe, most, at);
}

// Large pieces go as fast without a copy; what they are is seen by looking again now and then.
Moved Capture::State::take_raw(LogFile& log, CapturedPipe& pipe, std::size_t limit, WallTime at) {
  const bool look = ++pipe.turns % kLookEvery == 0;
  if (goes_unlocked(pipe) && !look) return log.take(pipe.fd.get(), limit, at, unlocked);
  const Moved moved = log.take(pipe.fd.get(), limit, at);
  if (moved.bytes >= kTellingBytes)
    pipe.in_small_pieces =
        moved.bytes / static_cast<std::size_t>(moved.pieces) < options.small_piece_bytes;
  return moved;
}

Moved Capture::State::take_lines(LogFile& log, CapturedPipe& pipe, std::size_t limit, WallTime at) {
  auto lines = formatted.get(pipe.file, *pipe.shape, log, at);
  if (!lines) {
    open_error = lines.error();
    return {0, MoveEnd::Failed, lines.error().code};
  }
  std::string* const held = options.splice ? nullptr : &pipe.held;
  // What is staged has to be written in this turn, whatever number of cuts that takes.
  const std::size_t most = std::min<std::uint64_t>(limit, pipe.rotate.size.count);
  const Moved moved = (*lines)->take(
      {pipe.fd.get(), pipe.run, most, at, held, pipe.last_words, pipe.rotate.size.count}, log);
  pipe.behind = (*lines)->is_behind();
  auto& errors = captured[pipe.file].errors;
  errors = errors.value_or(0) + (*lines)->take_errors();
  return moved;
}

Moved Capture::State::throw_away(CapturedPipe& pipe, std::size_t limit) {
  if (!open_nowhere()) return {0, MoveEnd::Failed, errno};
  return hand_on(pipe.fd.get(), nowhere.get(), limit);
}

void Capture::State::grow_if_busy(CapturedPipe& pipe, std::size_t moved) {
  pipe.busy_turns = moved >= kBusyBytes ? pipe.busy_turns + 1 : 0;
  if (pipe.busy_turns < kBusyTurns || pipe.grown || !pipe.may_grow) return;
  if (counts.grown >= options.max_grown_pipes) return;
  pipe.grown = resize_pipe(pipe.fd.get(), options.grown_pipe_bytes);
  pipe.may_grow = pipe.grown;
  if (pipe.grown) ++counts.grown;
}

void Capture::State::close(CapturedPipe& pipe) {
  std::erase(waiting, &pipe);
  if (pipe.grown) --counts.grown;
  --counts.pipes;
  const RunId run = pipe.run;
  const std::string file = pipe.file;
  if (pipe.dropping) unmarked[file] = pipe.shape;
  auto& pipes = outputs.at(run).pipes;
  for (auto& owner : pipes) {
    if (owner.get() == &pipe) owner.reset();
  }
  if (!file.empty()) remove_writer(file);
  if (pipes[0] || pipes[1]) return;
  outputs.erase(run);
  if (on_end) on_end(run);
}

// The bytes stay where they are, so the service is held back by its own full pipe.
void Capture::State::wait_for_room(CapturedPipe& pipe, int error) {
  if (!pipe.trouble) {
    const std::string path =
        pipe.file.empty() ? "/dev/null" : (directory.path() / pipe.file).string();
    const Now now = options.clock();
    pipe.trouble = std::make_unique<Trouble>(Trouble{
        pipe.file, open_error ? *open_error : system_error("cannot write log " + path, error),
        now.wall});
    pipe.trouble_began = now.mono;
    pipe.watch->pause();
    waiting.push_back(&pipe);
  }
  if (pipe.dropping) pipe.watch->pause();  // not even thrown away can it be: out of descriptors
  meet_full(pipe, error);
  if (!retry_planned) plan_retry();
}

void Capture::State::plan_retry() {
  retry_planned = true;
  retry_timer.start(std::min(retry_delay, std::exchange(next_retry, Duration::max())));
}

void Capture::State::go_on(CapturedPipe& pipe) {
  pipe.trouble.reset();
  pipe.dropping = false;
  std::erase(waiting, &pipe);
  pipe.watch->want(io::kReadable);
}

void Capture::State::retry() {
  // retry_planned stays set until everything was tried, so that serve() plans no round of its own.
  retry_planned = true;
  bool progress = false;
  for (CapturedPipe* pipe : std::vector<CapturedPipe*>{waiting}) {
    if (pipe->dropping && !stop_dropping(*pipe)) {
      pipe->watch->want(io::kReadable);
      continue;
    }
    progress = serve(*pipe, turn_of(*pipe)) || progress;
  }
  mark_left_gaps();
  const bool all_done = waiting.empty() && unmarked.empty();
  retry_planned = !all_done;
  retry_delay =
      progress || all_done ? options.first_retry : std::min(2 * retry_delay, options.last_retry);
  if (retry_planned) plan_retry();
}

}  // namespace mainstay::logs
