#include "logs/log_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "logs/names.h"

namespace mainstay::logs {

LogFile::LogFile(OpenedFile log, UniqueFd index)
    : log_(std::move(log.fd)), index_(std::move(index), log.size), end_(log.size) {
  if (end_ > 0) index_.cover_beginning({Duration{log.modified_ns}});
}

bool LogFile::look() {
  struct stat info {};
  if (fstat(log_.get(), &info) != 0 || info.st_nlink == 0) return false;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size < end_) {
    ++truncations_;
    index_.cut(size);
  }
  end_ = size;
  return true;
}

Moved LogFile::take(int pipe, std::size_t limit, WallTime at, std::string* held) {
  const Moved moved = held != nullptr ? copy_to_file(pipe, log_.get(), end_, limit, *held)
                                      : splice_to_file(pipe, log_.get(), end_, limit);
  if (moved.bytes > 0) index_.add(end_, at);
  end_ += moved.bytes;
  return moved;
}

Result<LogFile*> OpenLogs::get(const std::string& name) {
  const auto found = open_.find(name);
  if (found != open_.end()) {
    found->second.used = ++uses_;
    if (found->second.file->look()) return found->second.file.get();
    close(found);
  }
  return open(name);
}

Result<LogFile*> OpenLogs::open(const std::string& name) {
  while (open_.size() >= std::max<std::size_t>(1, limit_))
    close_least_recent();
  auto log = open_with_room(name);
  if (!log) return log.error();
  auto index = open_with_room(index_file_name(name));
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
