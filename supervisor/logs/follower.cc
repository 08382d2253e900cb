#include "logs/follower.h"

#include <utility>

#include "logs/archive_names.h"
#include "logs/follower_batch.h"

namespace mainstay::logs {

std::optional<OpenedFile> open_archive(const Directory& directory, const Rotated& rotated) {
  if (rotated.archive.empty()) return std::nullopt;
  auto file = directory.open_for_reading(rotated.archive);
  return file && file->inode == rotated.inode ? std::optional{std::move(*file)} : std::nullopt;
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
  files_.push_back({std::move(source), position, false, {}, {}});
  mark(files_.size() - 1);
}

// The names of a log's archives have the order of their times.
void Follower::know(const std::set<std::string>& archives) {
  for (const std::string& archive : archives) {
    const auto name = parse_archive_name(archive);
    const auto found = name ? by_name_.find(name->log) : by_name_.end();
    if (found == by_name_.end()) continue;
    std::string& newest = files_[found->second].newest_archive;
    newest = std::max(newest, archive);
  }
}

std::optional<ChainEnd> Follower::place_in(const std::string& file) const {
  const auto found = by_name_.find(file);
  if (found == by_name_.end()) return std::nullopt;
  const Followed& followed = files_[found->second];
  ChainEnd end{followed.newest_archive, false, followed.position.inode, followed.position.offset};
  if (!followed.parts.empty() && parse_archive_name(followed.parts.front().name)) {
    end.archive = followed.parts.front().name;
    end.in_archive = true;
  }
  return end;
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

Pulled Follower::pull(std::size_t max_bytes, WallTime unfinished) {
  if (unfinished > WallTime{}) {
    for (const std::size_t number : unfinished_)
      mark(number);
  }
  Batch batch{*this, unfinished};
  batch.choose();
  batch.read(max_bytes);
  return batch.finish();
}

// Nothing: it was read to its end, or is from before we looked.
Follower::Followed* Follower::to_be_told(const Rotated& rotated) {
  const auto found = by_name_.find(rotated.file);
  if (found == by_name_.end()) return nullptr;
  Followed& followed = files_[found->second];
  if (parse_archive_name(rotated.archive)) followed.newest_archive = rotated.archive;
  Position& position = followed.position;
  const bool is_next = !followed.parts.empty() || position.inode == 0;
  if (!is_next && position.inode != rotated.inode) return nullptr;
  mark(found->second);
  if (!followed.parts.empty() || position.offset < rotated.size) return &followed;
  position = {0, 0, position.continued};
  return nullptr;
}

void Follower::rotated(const Rotated& rotated) {
  Followed* const followed = to_be_told(rotated);
  if (followed != nullptr) add_part(*followed, rotated, open_archive(directory_, rotated));
}

void Follower::rotated(const Rotated& rotated, std::optional<OpenedFile> archive) {
  Followed* const followed = to_be_told(rotated);
  if (followed != nullptr) add_part(*followed, rotated, std::move(archive));
}

void Follower::add_part(Followed& followed, const Rotated& rotated,
                        std::optional<OpenedFile> archive) {
  const bool first = followed.parts.empty();
  if (!archive) {
    missed_ += rotated.size - (first ? followed.position.offset : 0);
    if (first) followed.position = {};
    return;
  }
  if (first) followed.position.inode = archive->inode;
  followed.parts.push_back({rotated.archive, std::move(*archive)});
  ++open_parts_;
  if (followed.parts.size() <= kMostParts && open_parts_ <= kMostOpenParts) return;
  missed_ += followed.parts.front().file.size - followed.position.offset;
  leave_part(followed);
}

// On to the beginning of what follows, which goes on with a line that had no end.
void Follower::leave_part(Followed& followed) {
  const bool to_its_end = followed.position.offset >= followed.parts.front().file.size;
  followed.parts.erase(followed.parts.begin());
  --open_parts_;
  followed.position = {0, 0, to_its_end && followed.position.continued};
  if (!followed.parts.empty()) followed.position.inode = followed.parts.front().file.inode;
}

std::uint64_t Follower::behind() const {
  std::uint64_t sum = 0;
  for (const std::size_t number : pending_)
    sum += behind_in(files_[number]);
  return sum;
}

std::uint64_t Follower::behind_in(const Followed& followed) const {
  const Position& position = followed.position;
  std::uint64_t sum = 0;
  for (const Part& part : followed.parts)
    sum += part.file.size;
  const auto seen = directory_.look_at(followed.source.file);
  if (seen) sum += seen->size;
  const bool same = seen && seen->inode == position.inode && seen->size >= position.offset;
  return sum - (same || !followed.parts.empty() ? position.offset : 0);
}

std::uint64_t Follower::skip(std::uint64_t keep) {
  std::uint64_t sum = 0;
  for (const std::size_t number : pending_)
    sum += skip_in(files_[number], keep);
  return sum;
}

std::uint64_t Follower::skip_in(Followed& followed, std::uint64_t keep) {
  std::uint64_t left_out = 0;
  for (std::uint64_t behind = behind_in(followed); !followed.parts.empty();) {
    const std::uint64_t in_part = followed.parts.front().file.size - followed.position.offset;
    if (behind <= keep) return left_out;
    left_out += in_part;
    behind -= in_part;
    leave_part(followed);
  }
  const auto file = directory_.open_for_reading(followed.source.file);
  if (!file) return left_out;
  start_over_if_new(followed.position, *file);
  const std::uint64_t from = followed.position.offset;
  if (file->size - from <= keep) return left_out;
  std::uint64_t to = file->size - keep;
  const std::string bytes = read_from(file->fd.get(), to - 1, kMaxLine + 1);
  const std::size_t newline = bytes.find('\n');
  const bool at_line = newline != std::string::npos;
  if (at_line) to += newline;
  followed.position.offset = to;
  followed.position.continued = !at_line;
  return left_out + (to - from);
}

}  // namespace mainstay::logs
