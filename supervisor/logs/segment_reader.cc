#include "logs/segment_reader.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "logs/compress.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kPacked = 32 * 1024;   // read at once of a compressed file
constexpr std::size_t kSkipped = 64 * 1024;  // unpacked at once to be thrown away
constexpr int kGzip = 15 + 16;               // the largest window, with a gzip header

}  // namespace

struct SegmentReader::Unpacking {
  Unpacking() { usable = inflateInit2(&stream, kGzip) == Z_OK; }
  ~Unpacking() {
    if (usable) inflateEnd(&stream);
  }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;

  z_stream stream{};
  bool usable = false;  // false also after damage
  std::array<unsigned char, kPacked> packed{};
  std::string thrown_away;
};

SegmentReader::SegmentReader(const OpenedFile& file, std::uint64_t offset, bool compressed)
    : fd_(file.fd.get()),
      size_(file.size),
      modified_{Duration{file.modified_ns}},
      offset_(compressed ? 0 : offset),
      skip_(compressed ? offset : 0) {
  if (compressed) unpacking_ = std::make_unique<Unpacking>();
}

SegmentReader SegmentReader::of(const OpenedFile& file, std::uint64_t offset) {
  return {file, offset, false};
}

SegmentReader::~SegmentReader() = default;
SegmentReader::SegmentReader(SegmentReader&&) noexcept = default;
SegmentReader& SegmentReader::operator=(SegmentReader&&) noexcept = default;

Result<SegmentReader> SegmentReader::open(const Directory& directory, const Segment& segment,
                                          std::uint64_t offset) {
  bool compressed = segment.compressed;
  auto file = directory.open_for_reading(segment.file);
  if (!file && !compressed && file.error().code == ENOENT) {
    compressed = true;
    file = directory.open_for_reading(compressed_name(segment.file));
  }
  if (!file) return file.error();
  SegmentReader reader{*file, offset, compressed};
  reader.own_ = std::move(file->fd);
  return reader;
}

void SegmentReader::start_at(std::uint64_t offset) {
  (unpacking_ ? skip_ : offset_) = offset;
}

SegmentReader::Got SegmentReader::read(std::string& out, std::size_t length, Budget& budget) {
  if (unpacking_) return unpack(out, length, budget);
  const std::size_t before = out.size();
  out.resize(before + length);
  const ssize_t got = pread(fd_, out.data() + before, length, static_cast<off_t>(offset_));
  const std::size_t count = got > 0 ? static_cast<std::size_t>(got) : 0;
  out.resize(before + count);
  offset_ += count;
  bytes_read_ += count;
  budget.spend(count);
  return count == 0 ? Got::End : Got::Bytes;
}

SegmentReader::Got SegmentReader::unpack(std::string& out, std::size_t length, Budget& budget) {
  while (skip_ > 0) {
    if (budget.spent()) return Got::Later;
    std::string& gone = unpacking_->thrown_away;
    gone.clear();
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, kSkipped));
    const std::size_t count = inflate_into(gone, wanted);
    if (count == 0) return Got::End;
    skip_ -= count;
    budget.spend(count);
  }
  const std::size_t count = inflate_into(out, length);
  budget.spend(count);
  return count == 0 ? Got::End : Got::Bytes;
}

bool SegmentReader::fill() {
  Unpacking& state = *unpacking_;
  const ssize_t got =
      pread(fd_, state.packed.data(), state.packed.size(), static_cast<off_t>(offset_));
  if (got <= 0) return false;
  offset_ += static_cast<std::uint64_t>(got);
  bytes_read_ += static_cast<std::uint64_t>(got);
  state.stream.next_in = state.packed.data();
  state.stream.avail_in = static_cast<unsigned>(got);
  return true;
}

std::size_t SegmentReader::inflate_into(std::string& out, std::size_t length) {
  Unpacking& state = *unpacking_;
  const std::size_t before = out.size();
  out.resize(before + length);
  state.stream.next_out = reinterpret_cast<unsigned char*>(out.data() + before);
  state.stream.avail_out = static_cast<unsigned>(length);
  while (state.usable && state.stream.avail_out == length) {
    if (state.stream.avail_in == 0 && !fill()) break;
    const int result = inflate(&state.stream, Z_NO_FLUSH);
    // What follows the end of a member is another one (RFC 1952, section 2.2).
    if (result == Z_STREAM_END) {
      state.usable = inflateReset(&state.stream) == Z_OK;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      inflateEnd(&state.stream);
      state.usable = false;
    }
  }
  const std::size_t count = length - state.stream.avail_out;
  out.resize(before + count);
  return count;
}

}  // namespace mainstay::logs
