#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "logs/unlocked_move.h"

namespace mainstay::logs {

namespace {

constexpr char kNoteMagic[8] = {'M', 'S', 'T', 'M', 'O', 'V', 'E', '\n'};

std::uint64_t inode_of(int fd) {
  struct stat info {};
  return fd >= 0 && fstat(fd, &info) == 0 ? info.st_ino : 0;
}

}  // namespace

bool UnlockedMoves::OwnPipe::open(std::size_t capacity) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  out.reset(ends[0]);
  in.reset(ends[1]);
  return resize_pipe(ends[0], capacity);
}

UnlockedMoves::UnlockedMoves(UnlockedPlaces places, std::size_t capacity)
    : places_(std::move(places)), capacity_(capacity), usable_(!places_.note.empty()) {
  if (!usable_) return;
  std::memcpy(note_.magic, kNoteMagic, sizeof kNoteMagic);
  std::memcpy(note_.boot_id, places_.boot_id.data(),
              std::min(places_.boot_id.size(), sizeof note_.boot_id - 1));
  const UniqueFd file{::open(places_.note.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  Note found;
  if (!file || read(file.get(), &found, sizeof found) != sizeof found) return;
  const bool ours = std::memcmp(found.magic, note_.magic, sizeof note_.magic) == 0 &&
                    std::memcmp(found.boot_id, note_.boot_id, sizeof note_.boot_id) == 0 &&
                    found.version == note_.version;
  if (ours && (found.phase == Phase::Writing || found.phase == Phase::Written)) left_ = found;
}

bool UnlockedMoves::open() {
  if (note_file_) return true;
  UniqueFd file{::open(places_.note.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  nowhere_.reset(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!file || !nowhere_ || !copy_.open(capacity_) || !sink_.open(capacity_)) return false;
  note_file_ = std::move(file);
  note_.sink = inode_of(sink_.out.get());
  return true;
}

// In place and much smaller than a page: done as a whole, or not at all. One that cannot be changed
// any more would deceive whoever comes after us.
bool UnlockedMoves::write_note(Phase phase, std::uint64_t bytes) {
  note_.phase = phase;
  note_.bytes = bytes;
  if (usable_) usable_ = pwrite(note_file_.get(), &note_, sizeof note_, 0) == sizeof note_;
  if (!usable_) unlink(places_.note.c_str());
  return usable_;
}

Moved UnlockedMoves::move(int pipe, int file, const LogPlace& log, std::size_t limit) {
  const auto otherwise = [&] { return splice_to_file(pipe, file, log.size, limit); };
  if (left_) return otherwise();
  const bool is_first = !note_file_;
  usable_ = usable_ && open();
  if (!usable_) return otherwise();
  if (is_first && places_.keep_sink) places_.keep_sink(sink_.out.get());
  note_.pipe = inode_of(pipe);
  note_.log = log.inode;
  note_.offset = log.size;
  if (!write_note(Phase::Writing, 0)) return otherwise();
  const ssize_t copied = copy_to_pipe(pipe, copy_.in.get(), limit);
  if (copied <= 0) {
    const bool empty = copied < 0 && errno == EAGAIN;
    write_note(Phase::Idle, 0);
    return empty ? Moved{0, MoveEnd::Empty, 0} : otherwise();
  }
  const Moved put =
      splice_to_file(copy_.out.get(), file, log.size, static_cast<std::size_t>(copied));
  if (put.bytes < static_cast<std::size_t>(copied)) empty(copy_);
  if (put.bytes > 0) take_off(pipe, put.bytes);
  write_note(Phase::Idle, 0);
  empty(sink_);
  if (put.end == MoveEnd::Failed) return put;
  const bool more = put.bytes >= limit || bytes_waiting(pipe) > 0;
  return {put.bytes, more ? MoveEnd::Limit : MoveEnd::Empty, 0};
}

// They are there: nobody else reads this pipe.
void UnlockedMoves::take_off(int pipe, std::size_t bytes) {
  write_note(Phase::Written, bytes);
  static_cast<void>(hand_on(pipe, sink_.in.get(), bytes));
}

void UnlockedMoves::empty(const OwnPipe& pipe) const {
  static_cast<void>(hand_on(pipe.out.get(), nowhere_.get(), bytes_waiting(pipe.out.get())));
}

bool UnlockedMoves::left_open(int pipe) const {
  return left_ && left_->pipe == inode_of(pipe);
}

std::size_t UnlockedMoves::bytes_left_in(int pipe, const std::optional<LogPlace>& log) const {
  std::uint64_t twice = 0;
  if (left_->phase == Phase::Writing) {
    const bool same = log && log->inode == left_->log && log->size > left_->offset;
    if (same) twice = log->size - left_->offset;
  } else if (places_.former_sink) {
    const bool noted = inode_of(places_.former_sink->get()) == left_->sink;
    const std::uint64_t taken = noted ? bytes_waiting(places_.former_sink->get()) : 0;
    twice = left_->bytes - std::min(taken, left_->bytes);
  }
  return static_cast<std::size_t>(std::min<std::uint64_t>(twice, bytes_waiting(pipe)));
}

void UnlockedMoves::recover(int pipe, const std::optional<LogPlace>& log) {
  if (!left_open(pipe)) return;
  const std::size_t twice = bytes_left_in(pipe, log);
  left_.reset();
  usable_ = usable_ && open();
  if (!usable_) {
    // Not even a pipe of our own: what is taken off so may be cut short by another death.
    const UniqueFd nowhere{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    static_cast<void>(hand_on(pipe, nowhere.get(), twice));
    return;
  }
  note_.pipe = inode_of(pipe);
  // The note names the new sink before the keeper has it, so what is in the former one counts once.
  write_note(Phase::Written, twice);
  if (places_.keep_sink) places_.keep_sink(sink_.out.get());
  take_off(pipe, twice);
  write_note(Phase::Idle, 0);
  empty(sink_);
}

}  // namespace mainstay::logs
