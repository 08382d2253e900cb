#include "logs/log_chain.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "logs/archive_names.h"
#include "logs/compress.h"
#include "logs/names.h"

namespace mainstay::logs {

namespace {

// The number of the segment that the place is in, the log itself being the last, and the offset.
std::pair<std::size_t, std::uint64_t> place_of(const LogChain& chain, const ChainEnd& end) {
  const auto archives = std::span{chain.segments}.first(chain.segments.size() - 1);
  const std::string index = index_file_name(end.archive);
  std::size_t number = 0;
  if (!end.archive.empty()) {  // names have the order of their times
    while (number < archives.size() && archives[number].index <= index)
      ++number;
    if (!end.in_archive) return {number, end.inode == 0 ? 0 : end.offset};
    const bool is_there = number > 0 && archives[number - 1].index == index;
    return is_there ? std::pair{number - 1, end.offset} : std::pair{number, std::uint64_t{0}};
  }
  if (end.inode == 0 || end.inode == chain.live.inode) return {archives.size(), end.offset};
  while (number < archives.size() && archives[number].inode != end.inode)
    ++number;
  const bool packed_since = number == archives.size() && number > 0;
  return {packed_since ? number - 1 : number, end.offset};
}

}  // namespace

void add_hidden(const Directory& directory, std::vector<DirectoryEntry>& entries) {
  std::map<std::string, bool> is_seen;
  for (const DirectoryEntry& entry : entries) {
    const auto name = parse_archive_name(entry.name);
    if (name && name->part != ArchivePart::Unfinished)
      is_seen[archive_file_name(*name)] |= name->part != ArchivePart::Index;
  }
  for (const auto& [archive, seen] : is_seen) {
    if (seen) continue;
    for (const std::string& name : {archive, compressed_name(archive)}) {
      const auto file = directory.look_at(name);
      if (file) entries.push_back({name, file->size, file->inode, file->modified_ns});
    }
  }
}

std::vector<DirectoryEntry> list_logs(const Directory& directory) {
  auto listed = directory.list();
  auto entries = listed ? std::move(*listed) : std::vector<DirectoryEntry>{};
  add_hidden(directory, entries);
  return entries;
}

LogChain open_live(const Directory& directory, const Source& source) {
  LogChain chain{source, {}, {}, {}, {}};
  auto live = directory.open_for_reading(source.file);
  if (!live) {
    if (live.error().code != ENOENT) chain.problem = live.error().message;
    return chain;
  }
  chain.live = std::move(*live);
  auto index = directory.open_for_reading(index_file_name(source.file));
  if (index) chain.live_index = std::move(index->fd);
  return chain;
}

void add_archives(LogChain& chain, const Archives& archives) {
  for (Segment& segment : archives.of(chain.source.file)) {
    if (segment.inode != chain.live.inode) chain.segments.push_back(std::move(segment));
  }
  chain.segments.push_back({chain.source.file, {}, chain.live.inode});
}

void end_chain(LogChain& chain, const ChainEnd& end) {
  const std::size_t live = chain.segments.size() - 1;
  const auto [last, offset] = place_of(chain, end);
  if (last == live && !end.in_archive && end.inode != 0 && end.inode == chain.live.inode) {
    chain.live.size = std::min(chain.live.size, offset);
    return;
  }
  chain.live = {};
  chain.live_index.reset();
  if (last == live) return;
  chain.segments[last].end = offset;
  chain.segments.erase(chain.segments.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                       chain.segments.end() - 1);
}

Archives::Archives(std::span<const DirectoryEntry> entries) {
  for (const DirectoryEntry& entry : entries) {
    auto name = parse_archive_name(entry.name);
    if (!name || (name->part != ArchivePart::Plain && name->part != ArchivePart::Compressed))
      continue;
    const bool compressed = name->part == ArchivePart::Compressed;
    Segment& segment = by_log_[name->log][name->at];
    // While it is compressed there are both for a moment: the plain one is cheaper.
    if (!segment.file.empty() && compressed) continue;
    segment = {entry.name, index_file_name(archive_file_name(name->log, name->at)), entry.inode,
               compressed};
  }
}

std::vector<Segment> Archives::of(const std::string& log) const {
  std::vector<Segment> segments;
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return segments;
  for (const auto& [at, segment] : found->second)
    segments.push_back(segment);
  return segments;
}

std::vector<LogChain> open_chains(const Directory& directory, std::span<const Source> sources) {
  std::vector<LogChain> chains;
  for (const Source& source : sources)
    chains.push_back(open_live(directory, source));
  // Only now: what was rotated before was opened under its new name or is listed.
  const Archives archives{list_logs(directory)};
  for (LogChain& chain : chains)
    add_archives(chain, archives);
  return chains;
}

}  // namespace mainstay::logs
