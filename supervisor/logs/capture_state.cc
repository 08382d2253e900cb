#include "logs/capture_state.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "logs/move.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kPlainPipe = 64 * 1024;
constexpr std::size_t kBusyBytes = kPlainPipe / 2;
constexpr int kBusyTurns = 4;

}  // namespace

Capture::State::State(io::Loop& loop_in, Directory& directory_in, CaptureOptions options_in)
    : loop(loop_in),
      directory(directory_in),
      options(std::move(options_in)),
      logs(directory_in, options.max_open_files),
      retry_timer(loop_in, [this] { retry(); }),
      retry_delay(options.first_retry) {}

void Capture::State::attach(RunId run, std::string file, UniqueFd fd) {
  if (!fd) return;
  auto pipe = std::make_unique<CapturedPipe>();
  CapturedPipe& it = *pipe;
  it.run = run;
  it.file = std::move(file);
  it.fd = std::move(fd);
  it.grown = pipe_capacity(it.fd.get()) > kPlainPipe;  // by the controller before us
  if (it.grown) ++counts.grown;
  it.watch = std::make_unique<io::FdWatch>(loop, it.fd.get(),
                                           [this, &it](int) { serve(it, options.turn_bytes); });
  it.watch->want(io::kReadable);
  auto& pipes = outputs[run].pipes;
  (pipes[0] ? pipes[1] : pipes[0]) = std::move(pipe);
  ++counts.pipes;
}

bool Capture::State::serve(CapturedPipe& pipe, std::size_t limit) {
  const Moved moved = move(pipe, limit);
  ++counts.turns;
  if (moved.bytes > 0 && !pipe.file.empty()) {
    counts.bytes += moved.bytes;
    if (on_growth) on_growth(pipe.file);
  }
  switch (moved.end) {
    case MoveEnd::Closed:
      close(pipe);
      break;
    case MoveEnd::Failed:
      wait_for_room(pipe, moved.error);
      break;
    case MoveEnd::Limit:
    case MoveEnd::Empty:
      if (pipe.trouble) go_on(pipe);
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
  auto log = logs.get(pipe.file);
  if (!log) {
    open_error = log.error();
    return {0, MoveEnd::Failed, log.error().code};
  }
  const WallTime at = options.clock().wall;
  if (options.splice) {
    const Moved moved = (*log)->take(pipe.fd.get(), limit, at, nullptr);
    if (moved.end != MoveEnd::Failed || moved.error != EINVAL) return moved;
    options.splice = false;  // all logs are in one directory, so on one file system
  }
  return (*log)->take(pipe.fd.get(), limit, at, &pipe.held);
}

Moved Capture::State::throw_away(CapturedPipe& pipe, std::size_t limit) {
  if (!nowhere) nowhere.reset(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere) return {0, MoveEnd::Failed, errno};
  return discard(pipe.fd.get(), nowhere.get(), limit);
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
  auto& pipes = outputs.at(run).pipes;
  for (auto& owner : pipes) {
    if (owner.get() == &pipe) owner.reset();
  }
  if (pipes[0] || pipes[1]) return;
  outputs.erase(run);
  if (on_end) on_end(run);
}

// The bytes stay where they are, so the service is held back by its own full pipe.
void Capture::State::wait_for_room(CapturedPipe& pipe, int error) {
  if (!pipe.trouble) {
    const std::string path =
        pipe.file.empty() ? "/dev/null" : (directory.path() / pipe.file).string();
    pipe.trouble = Trouble{
        pipe.file, open_error ? *open_error : system_error("cannot write log " + path, error),
        options.clock().wall};
    pipe.watch->pause();
    waiting.push_back(&pipe);
  }
  if (retry_planned) return;
  retry_planned = true;
  retry_timer.start(retry_delay);
}

void Capture::State::go_on(CapturedPipe& pipe) {
  pipe.trouble.reset();
  std::erase(waiting, &pipe);
  pipe.watch->want(io::kReadable);
}

void Capture::State::retry() {
  // retry_planned stays set until everything was tried, so that serve() plans no round of its own.
  bool progress = false;
  for (CapturedPipe* pipe : std::vector<CapturedPipe*>{waiting}) {
    progress = serve(*pipe, options.turn_bytes) || progress;
  }
  retry_planned = !waiting.empty();
  retry_delay = progress || waiting.empty() ? options.first_retry
                                            : std::min(2 * retry_delay, options.last_retry);
  if (retry_planned) retry_timer.start(retry_delay);
}

}  // namespace mainstay::logs
