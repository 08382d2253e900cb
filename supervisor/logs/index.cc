#include "logs/index.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace mainstay::logs {

namespace {

constexpr std::string_view kIndexMagic = "MSTLIDX\n";
constexpr std::uint32_t kVersion = 1;

constexpr Duration kMinStep = std::chrono::milliseconds{1};
constexpr Duration kMaxStep = std::chrono::milliseconds{4};
constexpr std::uint64_t kMinBytes = 4096;

std::string header() {
  std::string bytes{kIndexMagic};
  Encoder rest;
  rest.u32(kVersion);
  rest.u32(0);
  return bytes + rest.bytes();
}

std::uint64_t size_of(int fd) {
  struct stat info {};
  return fd >= 0 && fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

// Exactly `length` bytes, or nothing.
std::string read_whole(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  const ssize_t got = pread(fd, bytes.data(), length, static_cast<off_t>(offset));
  if (got != static_cast<ssize_t>(length)) bytes.clear();
  return bytes;
}

bool write_whole(int fd, std::uint64_t offset, std::string_view bytes) {
  return pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(bytes.size());
}

IndexEntry decode_entry(std::string_view bytes) {
  Decoder decoder{bytes};
  const std::uint64_t offset = decoder.u64();
  return {offset,
          std::max(WallTime{}, decoder.wall())};  // so that differences of times cannot overflow
}

bool begins_with_header(int fd) {
  return read_whole(fd, 0, kIndexHeader) == header();
}

std::uint64_t entries_in(std::uint64_t size) {
  return size < kIndexHeader ? 0 : (size - kIndexHeader) / kIndexEntry;
}

std::uint64_t place_of(std::uint64_t number) {
  return kIndexHeader + number * kIndexEntry;
}

}  // namespace

IndexWriter::IndexWriter(UniqueFd fd, std::uint64_t log_size) : fd_(std::move(fd)) {
  if (!fd_ || !begins_with_header(fd_.get())) {
    start_afresh();
    return;
  }
  count_ = entries_in(size_of(fd_.get()));
  cut(log_size);
}

void IndexWriter::start_afresh() {
  count_ = 0;
  last_.reset();
  usable_ = fd_ && ftruncate(fd_.get(), 0) == 0 && write_whole(fd_.get(), 0, header());
}

void IndexWriter::cut(std::uint64_t log_size) {
  if (!usable_) return;
  count_ = first_at_or_beyond(log_size);
  // Also cuts the torn entry that a crash or a full disk may have left. If it fails, the next entry
  // overwrites.
  static_cast<void>(!ftruncate(fd_.get(), static_cast<off_t>(place_of(count_))));
  last_ = count_ == 0 ? std::nullopt : entry(count_ - 1);
}

std::optional<IndexEntry> IndexWriter::entry(std::uint64_t number) const {
  const std::string bytes = read_whole(fd_.get(), place_of(number), kIndexEntry);
  if (bytes.empty()) return std::nullopt;
  return decode_entry(bytes);
}

// The common case, nothing to cut, is answered by the last entry alone.
std::uint64_t IndexWriter::first_at_or_beyond(std::uint64_t offset) const {
  std::uint64_t low = 0;
  std::uint64_t high = count_;
  if (count_ > 0) {
    const auto last = entry(count_ - 1);
    if (last && last->offset < offset) return count_;
  }
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto at = entry(middle);
    if (at && at->offset < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<WallTime> IndexWriter::first_time() const {
  const auto first = count_ == 0 ? std::nullopt : entry(0);
  return first ? std::optional{first->at} : std::nullopt;
}

void IndexWriter::cover_beginning(WallTime at) {
  if (count_ == 0) add(0, at);
}

void IndexWriter::add(std::uint64_t offset, WallTime at) {
  if (!usable_) start_afresh();
  if (!usable_ || (last_ && offset <= last_->offset)) return;
  if (last_ && at >= last_->at) {  // a clock that stepped back always gets an entry
    const Duration step = at - last_->at;
    if (step < kMinStep || (step < kMaxStep && offset - last_->offset < kMinBytes)) return;
  }
  Encoder encoder;
  encoder.u64(offset);
  encoder.wall(at);
  if (!write_whole(fd_.get(), place_of(count_), encoder.bytes())) return;
  ++count_;
  last_ = {offset, at};
}

IndexReader::IndexReader(UniqueFd fd, WallTime fallback) : fd_(std::move(fd)), fallback_(fallback) {
  if (!fd_ || !begins_with_header(fd_.get())) return;
  count_ = entries_in(size_of(fd_.get()));
}

WallTime IndexReader::time_at(std::uint64_t offset) {
  if (count_ == 0) return fallback_;
  if (!covers(offset)) load(block_of(offset));
  if (entries_.empty()) return fallback_;
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), offset,
                       [](std::uint64_t at, const IndexEntry& entry) { return at < entry.offset; });
  return after == entries_.begin() ? entries_.front().at : std::prev(after)->at;
}

bool IndexReader::covers(std::uint64_t offset) const {
  if (entries_.empty()) return false;
  const bool after_begin = block_ == 0 || entries_.front().offset <= offset;
  return after_begin && (!next_offset_ || offset < *next_offset_);
}

IndexEntry IndexReader::entry(std::uint64_t number) {
  if (count_ <= kBlock && entries_.empty()) load(0);
  const std::uint64_t first = block_ * kBlock;
  if (number >= first && number - first < entries_.size()) return entries_[number - first];
  const std::string bytes = read_whole(fd_.get(), place_of(number), kIndexEntry);
  bytes_read_ += bytes.size();
  return bytes.empty() ? IndexEntry{kNowhere, fallback_} : decode_entry(bytes);
}

std::uint64_t IndexReader::samples() const {
  return std::min(count_, kSamples);
}

// The number of the entry that is sample `number`; the last sample is the last entry.
std::uint64_t IndexReader::sample(std::uint64_t number) const {
  return samples() < 2 ? 0 : number * (count_ - 1) / (samples() - 1);
}

std::uint64_t IndexReader::first_at_or_after(WallTime at) {
  if (count_ == 0) return fallback_ >= at ? 0 : kNowhere;
  std::uint64_t number = 0;
  while (number < samples() && entry(sample(number)).at < at)
    ++number;
  if (number == samples()) return kNowhere;
  if (number == 0) return 0;
  return boundary(sample(number - 1), sample(number), at);
}

std::uint64_t IndexReader::end_before(WallTime at) {
  if (count_ == 0) return fallback_ < at ? kNowhere : 0;
  std::uint64_t number = samples();
  while (number > 0 && entry(sample(number - 1)).at >= at)
    --number;
  if (number == samples()) return kNowhere;
  if (number == 0) return 0;
  return boundary(sample(number - 1), sample(number), at);
}

std::uint64_t IndexReader::boundary(std::uint64_t before, std::uint64_t found, WallTime at) {
  while (found - before > 1) {
    const std::uint64_t middle = before + (found - before) / 2;
    (entry(middle).at < at ? before : found) = middle;
  }
  return entry(found).offset;
}

// The last block whose first entry is not beyond `offset`, by reading the first entries only.
std::uint64_t IndexReader::block_of(std::uint64_t offset) {
  std::uint64_t low = 0;
  std::uint64_t high = (count_ + kBlock - 1) / kBlock;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    const std::string bytes = read_whole(fd_.get(), place_of(middle * kBlock), kIndexEntry);
    bytes_read_ += bytes.size();
    if (!bytes.empty() && decode_entry(bytes).offset <= offset) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

void IndexReader::load(std::uint64_t block) {
  const std::uint64_t first = block * kBlock;
  const std::uint64_t wanted = std::min(kBlock + 1, count_ - first);
  const std::string bytes =
      read_whole(fd_.get(), place_of(first), static_cast<std::size_t>(wanted) * kIndexEntry);
  bytes_read_ += bytes.size();
  block_ = block;
  entries_.clear();
  next_offset_.reset();
  for (std::size_t at = 0; at < bytes.size(); at += kIndexEntry) {
    const IndexEntry entry = decode_entry(std::string_view{bytes}.substr(at, kIndexEntry));
    if (entries_.size() == kBlock) {
      next_offset_ = entry.offset;
    } else {
      entries_.push_back(entry);
    }
  }
}

}  // namespace mainstay::logs
