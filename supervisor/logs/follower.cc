#include "logs/follower.h"

#include <unistd.h>

#include <algorithm>

#include "logs/index.h"
#include "logs/lines.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kFilesPerPull = 32;
constexpr std::size_t kSmallestShare = 4096;

// At most `length` bytes from `offset` on; fewer at the end of the file.
std::string read_from(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  const ssize_t got = pread(fd, bytes.data(), length, static_cast<off_t>(offset));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

// Notes when the file is not the one that was read before. True if so.
bool start_over_if_new(Position& position, const OpenedFile& file) {
  const bool replaced = position.inode != 0 && position.inode != file.inode;
  const bool truncated = file.size < position.offset;
  if (replaced || truncated) position = {};
  position.inode = file.inode;
  return replaced || truncated;
}

}  // namespace

// What one pull reads: a share of each pending file, cut into lines, and then the lines up to the
// moment until which every file has been read.
class Follower::Batch {
 public:
  Batch(Follower& follower, bool unfinished) : follower_(follower), unfinished_(unfinished) {}

  void choose();
  void read(std::size_t max_bytes);
  Pulled finish();

 private:
  struct Chosen {
    std::size_t number;
    OpenedFile file;
    std::uint64_t read_to = 0;  // the lines up to here are in lines_
  };

  void choose_one(std::size_t number);
  void read_one(Chosen& chosen, std::size_t share);
  void cut_lines(Chosen& chosen, std::string_view bytes);
  void give(OrderedLine line);
  void settle(const Chosen& chosen);
  Followed& followed(const Chosen& chosen) { return follower_.files_[chosen.number]; }

  Follower& follower_;
  bool unfinished_;
  std::vector<Chosen> chosen_;
  std::vector<OrderedLine> lines_;
  WallTime complete_to_{Duration::max()};  // no unread line is earlier than this
  Pulled pulled_;
};

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
  auto seen =
      follower_.directory_.look_at(file.source.file);  // cheaper than opening what has nothing new
  if (!seen) return;
  if (seen->size == file.position.offset && seen->inode == file.position.inode) return;
  auto opened = follower_.directory_.open_for_reading(file.source.file);
  if (!opened) return;
  if (start_over_if_new(file.position, *opened)) {
    pulled_.started_over.push_back(file.source.file);
  }
  chosen_.push_back({number, std::move(*opened), file.position.offset});
}

void Follower::Batch::read(std::size_t max_bytes) {
  if (chosen_.empty()) return;
  const std::size_t share = std::max(max_bytes / chosen_.size(), kSmallestShare);
  for (Chosen& chosen : chosen_)
    read_one(chosen, share);
}

void Follower::Batch::read_one(Chosen& chosen, std::size_t share) {
  const int fd = chosen.file.fd.get();
  const std::uint64_t offset = chosen.read_to;
  std::string bytes = read_from(fd, offset, share);
  if (bytes.size() <= kMaxLine && !first_line(bytes, offset)) {
    bytes = read_from(fd, offset, kMaxLine + 1);  // one long line
  }
  cut_lines(chosen, bytes);
}

void Follower::Batch::cut_lines(Chosen& chosen, std::string_view bytes) {
  Followed& file = followed(chosen);
  auto index_file = follower_.directory_.open_for_reading(index_file_name(file.source.file));
  IndexReader index{index_file ? std::move(index_file->fd) : UniqueFd{},
                    WallTime{Duration{chosen.file.modified_ns}}};
  const std::uint64_t bytes_end = chosen.read_to + bytes.size();
  bool continued = file.position.continued;
  WallTime key;
  while (true) {
    const auto left =
        bytes.substr(bytes.size() - static_cast<std::size_t>(bytes_end - chosen.read_to));
    auto raw = first_line(left, chosen.read_to);
    if (!raw && unfinished_ && !left.empty() && bytes_end >= chosen.file.size) {
      raw = RawLine{chosen.read_to, bytes_end, left, true, false};
    }
    if (!raw) break;
    raw->continued = continued;
    continued = raw->partial;
    const WallTime at = index.time_at(raw->begin);
    key = std::max(key, at);  // so that a clock that stepped back reorders nothing
    lines_.push_back({key, chosen.number, *raw, make_line(file.source, *raw, at)});
    chosen.read_to = raw->end;
  }
  if (bytes_end < chosen.file.size && !bytes.empty()) complete_to_ = std::min(complete_to_, key);
}

void Follower::Batch::give(OrderedLine line) {
  Position& position = follower_.files_[line.source].position;
  position.offset = line.raw.end;
  position.continued = line.raw.partial;
  pulled_.lines.push_back(std::move(line.line));
}

// What is left of a file is either read on or an unfinished line.
void Follower::Batch::settle(const Chosen& chosen) {
  const Followed& file = followed(chosen);
  if (file.position.offset >= chosen.file.size) return;
  const bool whole_lines_left = file.position.offset < chosen.read_to;
  const bool unread = chosen.read_to < chosen.file.size;
  if (whole_lines_left || (unread && chosen.file.size - chosen.read_to > kMaxLine)) {
    follower_.mark(chosen.number);
    return;
  }
  const std::string rest = read_from(chosen.file.fd.get(), chosen.read_to,
                                     static_cast<std::size_t>(chosen.file.size - chosen.read_to));
  if (rest.find('\n') != std::string::npos) {
    follower_.mark(chosen.number);
  } else {
    follower_.unfinished_.insert(chosen.number);
  }
}

Pulled Follower::Batch::finish() {
  std::sort(lines_.begin(), lines_.end(), is_earlier);
  for (OrderedLine& line : lines_) {
    if (line.key > complete_to_) break;
    give(std::move(line));
  }
  for (const Chosen& chosen : chosen_)
    settle(chosen);
  return std::move(pulled_);
}

Follower::Follower(const Directory& directory, std::vector<Source> sources,
                   std::vector<Position> positions)
    : directory_(directory) {
  for (std::size_t number = 0; number < sources.size(); ++number) {
    add(std::move(sources[number]), number < positions.size() ? positions[number] : Position{});
  }
}

void Follower::add(Source source, Position position) {
  if (!by_name_.emplace(source.file, files_.size()).second) return;
  files_.push_back({std::move(source), position});
  mark(files_.size() - 1);
}

void Follower::mark(std::size_t number) {
  if (files_[number].pending) return;
  files_[number].pending = true;
  pending_.push_back(number);
}

void Follower::grew(const std::string& file) {
  const auto found = by_name_.find(file);
  if (found != by_name_.end()) mark(found->second);
}

Pulled Follower::pull(std::size_t max_bytes, bool unfinished) {
  if (unfinished) {
    for (const std::size_t number : unfinished_)
      mark(number);
  }
  Batch batch{*this, unfinished};
  batch.choose();
  batch.read(max_bytes);
  return batch.finish();
}

std::uint64_t Follower::behind() const {
  std::uint64_t sum = 0;
  for (const std::size_t number : pending_) {
    const auto seen = directory_.look_at(files_[number].source.file);
    if (!seen) continue;
    const Position& position = files_[number].position;
    const bool same = seen->inode == position.inode && seen->size >= position.offset;
    sum += seen->size - (same ? position.offset : 0);
  }
  return sum;
}

std::uint64_t Follower::skip(std::uint64_t keep) {
  std::uint64_t sum = 0;
  for (const std::size_t number : pending_)
    sum += skip_in(files_[number], keep);
  return sum;
}

std::uint64_t Follower::skip_in(Followed& followed, std::uint64_t keep) {
  const auto file = directory_.open_for_reading(followed.source.file);
  if (!file) return 0;
  start_over_if_new(followed.position, *file);
  const std::uint64_t from = followed.position.offset;
  if (file->size - from <= keep) return 0;
  std::uint64_t to = file->size - keep;
  const std::string bytes = read_from(file->fd.get(), to - 1, kMaxLine + 1);
  const std::size_t newline = bytes.find('\n');
  const bool at_line = newline != std::string::npos;
  if (at_line) to += newline;
  followed.position.offset = to;
  followed.position.continued = !at_line;
  return to - from;
}

}  // namespace mainstay::logs
