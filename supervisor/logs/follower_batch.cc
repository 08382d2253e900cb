#include "logs/follower_batch.h"

#include <unistd.h>

#include <utility>

namespace mainstay::logs {

namespace {

constexpr std::size_t kFilesPerPull = 32;
constexpr std::size_t kSmallestShare = 4096;

}  // namespace

std::string read_from(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  const ssize_t got = pread(fd, bytes.data(), length, static_cast<off_t>(offset));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

bool start_over_if_new(Position& position, const OpenedFile& file) {
  const bool replaced = position.inode != 0 && position.inode != file.inode;
  const bool truncated = file.size < position.offset;
  if (replaced || truncated) position = {};
  position.inode = file.inode;
  return replaced || truncated;
}

void Follower::Batch::choose() {
  while (!follower_.pending_.empty() && chosen_.size() < kFilesPerPull) {
    const std::size_t number = follower_.pending_.front();
    follower_.pending_.pop_front();
    choose_one(number);
  }
}

void Follower::Batch::choose_one(std::size_t number) {
  Followed& file = follower_.files_[number];
  file.pending = false;
  follower_.unfinished_.erase(number);
  while (!file.parts.empty() && file.position.offset >= file.parts.front().file.size)
    follower_.leave_part(file);
  if (!file.parts.empty()) {
    chosen_.push_back({number, {}, file.position.offset, true});
    return;
  }
  auto seen =
      follower_.directory_.look_at(file.source.file);  // cheaper than opening what has nothing new
  if (!seen) return;
  if (seen->size == file.position.offset && seen->inode == file.position.inode) return;
  // Nothing to read, and we may yet be told what became of the one before.
  if (seen->size == 0 && file.position.inode != 0 && seen->inode != file.position.inode) return;
  auto opened = follower_.directory_.open_for_reading(file.source.file);
  if (!opened) return;
  if (start_over_if_new(file.position, *opened)) {
    pulled_.started_over.push_back(file.source.file);
  }
  chosen_.push_back({number, std::move(*opened), file.position.offset, false});
}

const OpenedFile& Follower::Batch::file_of(const Chosen& chosen) {
  return chosen.is_part ? followed(chosen).parts.front().file : chosen.log;
}

const std::string& Follower::Batch::name_of(const Chosen& chosen) {
  return chosen.is_part ? followed(chosen).parts.front().name : followed(chosen).source.file;
}

void Follower::Batch::read(std::size_t max_bytes) {
  if (chosen_.empty()) return;
  const std::size_t share = std::max(max_bytes / chosen_.size(), kSmallestShare);
  for (Chosen& chosen : chosen_)
    read_one(chosen, share);
}

void Follower::Batch::read_one(Chosen& chosen, std::size_t share) {
  const int fd = file_of(chosen).fd.get();
  const std::uint64_t offset = chosen.read_to;
  std::string bytes = read_from(fd, offset, share);
  if (bytes.size() <= kMaxLine && !first_line(bytes, offset)) {
    bytes = read_from(fd, offset, kMaxLine + 1);  // one long line
  }
  cut_lines(chosen, bytes);
}

void Follower::Batch::cut_lines(Chosen& chosen, std::string_view bytes) {
  const OpenedFile& file = file_of(chosen);
  const Followed& source = followed(chosen);
  auto index_file = follower_.directory_.open_for_reading(index_file_name(name_of(chosen)));
  IndexReader index{index_file ? std::move(index_file->fd) : UniqueFd{},
                    WallTime{Duration{file.modified_ns}}};
  const bool to_its_end = chosen.is_part || WallTime{Duration{file.modified_ns}} < unfinished_;
  const std::uint64_t bytes_end = chosen.read_to + bytes.size();
  bool continued = source.position.continued;
  WallTime key;
  while (true) {
    const auto left =
        bytes.substr(bytes.size() - static_cast<std::size_t>(bytes_end - chosen.read_to));
    auto raw = first_line(left, chosen.read_to);
    if (!raw && to_its_end && !left.empty() && bytes_end >= file.size) {
      raw = RawLine{chosen.read_to, bytes_end, left, true, false};
    }
    if (!raw) break;
    raw->continued = continued;
    continued = raw->partial;
    const WallTime at = index.time_at(raw->begin);
    key = std::max(key, at);  // so that a clock that stepped back reorders nothing
    lines_.push_back({key, chosen.number, *raw, make_line(source.source, *raw, at)});
    chosen.read_to = raw->end;
  }
  const bool more = bytes_end < file.size || chosen.is_part;
  if (more && !bytes.empty()) complete_to_ = std::min(complete_to_, key);
}

void Follower::Batch::give(OrderedLine line) {
  Position& position = follower_.files_[line.source].position;
  position.offset = line.raw.end;
  position.continued = line.raw.partial;
  pulled_.lines.push_back(std::move(line.line));
}

// What is left of a file is either read on or an unfinished line.
void Follower::Batch::settle(const Chosen& chosen) {
  if (chosen.is_part) {  // and if it is read to its end, there is what follows it
    follower_.mark(chosen.number);
    return;
  }
  const Followed& file = followed(chosen);
  const OpenedFile& log = chosen.log;
  if (file.position.offset >= log.size) return;
  const bool whole_lines_left = file.position.offset < chosen.read_to;
  const bool unread = chosen.read_to < log.size;
  if (whole_lines_left || (unread && log.size - chosen.read_to > kMaxLine)) {
    follower_.mark(chosen.number);
    return;
  }
  const std::string rest =
      read_from(log.fd.get(), chosen.read_to, static_cast<std::size_t>(log.size - chosen.read_to));
  if (rest.find('\n') != std::string::npos) {
    follower_.mark(chosen.number);
  } else {
    follower_.unfinished_.insert(chosen.number);
  }
}

Pulled Follower::Batch::finish() {
  pulled_.missed = std::exchange(follower_.missed_, 0);
  std::sort(lines_.begin(), lines_.end(), is_earlier);
  for (OrderedLine& line : lines_) {
    if (line.key > complete_to_) break;
    give(std::move(line));
  }
  for (const Chosen& chosen : chosen_)
    settle(chosen);
  return std::move(pulled_);
}

}  // namespace mainstay::logs
