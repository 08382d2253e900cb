// What Capture has to do with rotation.
#include "logs/capture_state.h"
#include "logs/open_name.h"

namespace mainstay::logs {

void Capture::State::add_writer(const CapturedPipe& pipe) {
  Writers& of_file = writers[pipe.file];
  ++of_file.pipes;
  of_file.daily = pipe.rotate.daily;
  if (of_file.daily) daily.add(pipe.file);
}

void Capture::State::remove_writer(const std::string& file) {
  const auto found = writers.find(file);
  if (--found->second.pipes > 0) return;
  writers.erase(found);
  rotation.writer_gone(file, options.clock().wall);
}

std::deque<std::string> Capture::State::daily_files() const {
  std::deque<std::string> files;
  for (const auto& [file, of_file] : writers) {
    if (of_file.daily) files.push_back(file);
  }
  return files;
}

void Capture::State::look_at_day_of(const std::string& file) {
  const WallTime now = options.clock().wall;
  if (!rotation.is_of_another_day(file, now)) return;
  static_cast<void>(rotation.rotate(file, RotationCause::Day, has_writer(file), now));
}

// Last words, and what has waited for a disk, wait no longer.
IfRenamed Capture::State::if_renamed(const CapturedPipe& pipe) const {
  const bool patient = !pipe.last_words && !pipe.trouble && pipe.name_looks < options.name_looks;
  return patient ? IfRenamed::Wait : IfRenamed::Replace;
}

// Not in the renamed file: who renamed it may be reading it for the last time.
void Capture::State::wait_for_name(CapturedPipe& pipe) {
  ++pipe.name_looks;
  pipe.watch->pause();
  pipe.name_timer =
      std::make_unique<io::Timer>(loop, [this, &pipe] { serve(pipe, turn_of(pipe)); });
  pipe.name_timer->start(options.name_look);
}

void Capture::State::end_wait_for_name(CapturedPipe& pipe) {
  if (!std::exchange(pipe.name_timer, nullptr)) return;
  pipe.watch->want(io::kReadable);
}

// Those who read it need to know where the rest is that they have not read.
void Capture::State::tell_replaced(const std::string& file, const LogFile& log) {
  if (!on_rotation) return;
  const std::string name = present_name(log.descriptor());
  const auto there = name.empty() ? Result<OpenedFile>{Error{}} : directory.look_at(name);
  const bool found = there && there->inode == log.inode();
  on_rotation(
      {file, found ? name : std::string{}, log.inode(), log.size(), RotationCause::Outside});
}

void Capture::begin_rotation(std::span<const ArchiveName> archives) {
  state_->rotation.know(archives);
  state_->daily.begin();
}

bool Capture::rotates() const {
  return state_->rotation.ready();
}

RotateAnswer Capture::rotate(const std::string& file, RotationCause cause) {
  const bool may_wait = cause != RotationCause::Flush && state_->has_writer(file);
  return state_->rotation.rotate(file, cause, may_wait, state_->options.clock().wall);
}

void Capture::set_on_rotation(std::function<void(const Rotated&)> callback) {
  state_->on_rotation = callback;
  state_->rotation.set_on_rotation(std::move(callback));
}

void Capture::set_on_rotation_failure(std::function<void(const Error&)> callback) {
  state_->rotation.set_on_failure(std::move(callback));
}

}  // namespace mainstay::logs
