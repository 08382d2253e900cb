#include "logs/log_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "logs/names.h"

namespace mainstay::logs {

LogFile::LogFile(OpenedFile log, UniqueFd index)
    : log_(std::move(log.fd)),
      index_(std::move(index), log.size),
      inode_(log.inode),
      end_(log.size) {
  if (end_ > 0) index_.cover_beginning({Duration{log.modified_ns}});
}

bool LogFile::look(const Result<OpenedFile>& at_name) {
  if (!at_name || at_name->inode != inode_) return false;
  if (at_name->size < end_) {
    ++truncations_;
    index_.cut(at_name->size);
  }
  end_ = at_name->size;
  return true;
}

bool LogFile::has_name() const {
  struct stat info {};
  return fstat(log_.get(), &info) == 0 && info.st_nlink > 0;
}

bool LogFile::ends_in_line() const {
  char last = 0;
  return end_ > 0 && pread(log_.get(), &last, 1, static_cast<off_t>(end_ - 1)) == 1 && last == '\n';
}

Moved LogFile::take(int pipe, std::size_t limit, WallTime at) {
  return taken(splice_to_file(pipe, log_.get(), end_, limit), at);
}

Moved LogFile::take(int pipe, std::size_t limit, WallTime at, std::string& held) {
  return taken(copy_to_file(pipe, log_.get(), end_, limit, held), at);
}

Moved LogFile::take(int pipe, std::size_t limit, WallTime at, UnlockedMoves& unlocked) {
  return taken(unlocked.move(pipe, log_.get(), {inode_, end_}, limit), at);
}

Moved LogFile::taken(const Moved& moved, WallTime at) {
  if (moved.bytes > 0) index_.add(end_, at);
  end_ += moved.bytes;
  return moved;
}

int LogFile::append(std::string_view bytes, WallTime at) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = pwrite(log_.get(), bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(end_ + done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      const int error = put < 0 ? errno : ENOSPC;
      if (done > 0) static_cast<void>(!ftruncate(log_.get(), static_cast<off_t>(end_)));
      return error;
    }
    done += static_cast<std::size_t>(put);
  }
  if (done > 0) index_.add(end_, at);
  end_ += done;
  return 0;
}

int LogFile::take_back(std::uint64_t size) {
  if (ftruncate(log_.get(), static_cast<off_t>(size)) != 0) return errno;
  end_ = size;
  index_.cut(size);
  return 0;
}

std::string LogFile::read(std::uint64_t offset, std::size_t length) const {
  std::string bytes(length, '\0');
  const ssize_t got = pread(log_.get(), bytes.data(), length, static_cast<off_t>(offset));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

Result<LogFile*> OpenLogs::get(const std::string& name, IfRenamed then) {
  const auto found = open_.find(name);
  if (found != open_.end()) {
    found->second.used = ++uses_;
    LogFile& file = *found->second.file;
    const auto at_name = directory_.look_at(name);
    if (file.look(at_name)) return &file;
    const bool vacant = !at_name && at_name.error().code == ENOENT && file.has_name();
    if (vacant && then == IfRenamed::Wait) return nullptr;
    if (on_replaced_) on_replaced_(name, file);
    close(found);
  }
  return open(name);
}

void OpenLogs::forget(const std::string& name) {
  const auto found = open_.find(name);
  if (found != open_.end()) close(found);
}

Result<LogFile*> OpenLogs::open(const std::string& name) {
  while (open_.size() >= std::max<std::size_t>(1, limit_))
    close_least_recent();
  auto log = open_with_room(name);
  if (!log) return log.error();
  const std::string index_name = index_file_name(name);
  // What stands there may be an archive's too, after a crash in the middle of a cut.
  if (log->size == 0) static_cast<void>(directory_.remove(index_name).ok());
  auto index = open_with_room(index_name);
  auto file = std::make_unique<LogFile>(std::move(*log), index ? std::move(index->fd) : UniqueFd{});
  Open& opened = open_[name];
  opened = {std::move(file), ++uses_};
  return opened.file.get();
}

Result<OpenedFile> OpenLogs::open_with_room(const std::string& name) {
  auto file = directory_.open_for_writing(name);
  while (!file && (file.error().code == EMFILE || file.error().code == ENFILE) && !open_.empty()) {
    close_least_recent();
    file = directory_.open_for_writing(name);
  }
  return file;
}

void OpenLogs::close_least_recent() {
  close(std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  }));
}

void OpenLogs::close(std::unordered_map<std::string, Open>::iterator position) {
  truncations_ += position->second.file->truncations();
  open_.erase(position);
}

std::uint64_t OpenLogs::truncations() const {
  std::uint64_t sum = truncations_;
  for (const auto& [name, opened] : open_)
    sum += opened.file->truncations();
  return sum;
}

}  // namespace mainstay::logs
