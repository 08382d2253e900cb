#include "logs/staging_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/bytes.h"

namespace mainstay::logs {

namespace {

constexpr std::string_view kStagingMagic = "MSTSTG1\n";
constexpr off_t kRecords[] = {512, 1024};  // apart, so that a torn write cannot hit both
constexpr std::size_t kRecordBytes = 8 * 6 + 1 + 4;
constexpr std::uint64_t kTidyAt = 64 * 1024;

struct Record {
  std::uint64_t sequence = 0;
  StagingState state;
};

std::string encode_record(const Record& record) {
  Encoder out;
  out.u64(record.sequence);
  out.u64(record.state.begin);
  out.u64(record.state.cut);
  out.u64(record.state.log_end);
  out.wall(record.state.line_at);
  out.u64(record.state.run.value);
  out.flag(record.state.continues);
  out.u32(crc32_of(out.bytes()));
  return out.take();
}

std::optional<Record> decode_record(std::string_view bytes) {
  if (bytes.size() != kRecordBytes) return std::nullopt;
  Decoder in{bytes};
  Record record;
  record.sequence = in.u64();
  record.state.begin = in.u64();
  record.state.cut = in.u64();
  record.state.log_end = in.u64();
  record.state.line_at = in.wall();
  record.state.run = RunId{in.u64()};
  record.state.continues = in.flag();
  const bool sound = in.u32() == crc32_of(bytes.substr(0, kRecordBytes - 4));
  return sound && record.sequence != 0 ? std::optional{record} : std::nullopt;
}

std::string read_at(int fd, off_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  const ssize_t got = pread(fd, bytes.data(), length, offset);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

// An errno.
int write_at(int fd, off_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(fd, bytes.data(), bytes.size(), offset);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return put < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += put;
  }
  return 0;
}

}  // namespace

StagingFile::StagingFile(OpenedFile file)
    : fd_(std::move(file.fd)), end_(file.size), modified_{Duration{file.modified_ns}} {}

Result<StagingFile> StagingFile::open(OpenedFile file) {
  StagingFile staging{std::move(file)};
  const int fd = staging.fd_.get();
  std::optional<Record> newest;
  for (const off_t place : kRecords) {
    const auto record = decode_record(read_at(fd, place, kRecordBytes));
    if (record && (!newest || record->sequence > newest->sequence)) newest = record;
  }
  const bool ours =
      read_at(fd, 0, kStagingMagic.size()) == kStagingMagic && staging.end_ >= kStagingHeader;
  int error = 0;
  if (!ours || !newest) {
    // With the magic but no record nothing was ever formatted: what it holds is all to come.
    staging.is_new_ = true;
    if (!ours) error = staging.start_afresh();
  } else {
    staging.state_ = newest->state;
    staging.sequence_ = newest->sequence;
    if (staging.state_.cut >= kStagingHeader) error = staging.finish_cut();
    // A file system may have forgotten its end (power failure), or somebody cut it.
    staging.state_.begin = std::clamp(staging.state_.begin, kStagingHeader, staging.end_);
  }
  if (error != 0) return system_error("cannot prepare it", error);
  return staging;
}

// The page is written before the magic: a header with it has room for its records even when the
// disk is full later.
int StagingFile::start_afresh() {
  if (ftruncate(fd_.get(), 0) != 0) return errno;
  end_ = 0;
  state_ = {};
  if (const int error = write_at(fd_.get(), 0, std::string(kStagingHeader, '\0'))) return error;
  end_ = kStagingHeader;
  return write_at(fd_.get(), 0, kStagingMagic);
}

int StagingFile::publish(const StagingState& state) {
  const Record record{sequence_ + 1, state};
  const int error = write_at(fd_.get(), kRecords[record.sequence % 2], encode_record(record));
  if (error != 0) return error;
  sequence_ = record.sequence;
  state_ = state;
  return 0;
}

std::string StagingFile::read(std::size_t most, int& error) const {
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, waiting()));
  std::string bytes = read_at(fd_.get(), static_cast<off_t>(state_.begin), wanted);
  error = bytes.size() == wanted ? 0 : EIO;
  return bytes;
}

Moved StagingFile::take(int pipe, std::size_t limit, std::string* held) {
  if (state_.cut != 0) {
    if (const int error = finish_cut()) return {0, MoveEnd::Failed, error};
  }
  const Moved moved = held != nullptr ? copy_to_file(pipe, fd_.get(), end_, limit, *held)
                                      : splice_to_file(pipe, fd_.get(), end_, limit);
  end_ += moved.bytes;
  return moved;
}

int StagingFile::tidy() {
  const std::uint64_t dead = state_.begin - kStagingHeader;
  if (dead < kTidyAt || waiting() > dead) return 0;
  int error = 0;
  const std::string rest = read(static_cast<std::size_t>(waiting()), error);
  if (error == 0) error = write_at(fd_.get(), static_cast<off_t>(kStagingHeader), rest);
  if (error != 0) return error;
  StagingState moved = state_;
  moved.begin = kStagingHeader;
  moved.cut = kStagingHeader + rest.size();
  if (const int failed = publish(moved)) return failed;
  return finish_cut();
}

int StagingFile::finish_cut() {
  StagingState cut = state_;
  const bool longer = cut.cut < end_;  // never made longer, whatever a damaged record says
  if (longer && ftruncate(fd_.get(), static_cast<off_t>(cut.cut)) != 0) return errno;
  end_ = std::min(end_, cut.cut);
  cut.cut = 0;
  return publish(cut);
}

bool StagingFile::look() {
  struct stat info {};
  if (fstat(fd_.get(), &info) != 0 || info.st_nlink == 0) return false;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size >= end_) return true;
  if (size < kStagingHeader) return start_afresh() == 0;
  end_ = size;
  state_.begin = std::min(state_.begin, end_);
  return true;
}

}  // namespace mainstay::logs
