// Reads one file of a log's chain from an offset on, forwards; a compressed one is unpacked on the
// way, in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "logs/directory.h"
#include "logs/log_chain.h"

namespace mainstay::logs {

// What a reader may still read before it lets others have their turn, in bytes.
struct Budget {
  std::uint64_t left = 0;
  bool spent() const { return left == 0; }
  void spend(std::uint64_t bytes) { left -= bytes < left ? bytes : left; }
};

class SegmentReader {
 public:
  enum class Got : std::uint8_t { Bytes, End, Later };

  // From `offset` on, which is one of the unpacked bytes. A file that was compressed since the
  // directory was listed is found under its new name. An error with ENOENT when there is none.
  static Result<SegmentReader> open(const Directory& directory, const Segment& segment,
                                    std::uint64_t offset);
  // Of a plain file that is open already; its descriptor stays with `file`, which outlives this.
  static SegmentReader of(const OpenedFile& file, std::uint64_t offset);
  ~SegmentReader();
  SegmentReader(SegmentReader&&) noexcept;
  SegmentReader& operator=(SegmentReader&&) noexcept;

  // Before the first read: begins at `offset` instead.
  void start_at(std::uint64_t offset);
  // Appends about `length` bytes. End: there are no more (yet, in a log that grows); a compressed
  // file that is damaged ends where the damage is. Later: the budget is spent on what lies before
  // the offset; try again with a new one.
  Got read(std::string& out, std::size_t length, Budget& budget);

  int fd() const { return fd_; }
  std::uint64_t size() const { return size_; }  // of the file, when it was opened
  WallTime modified() const { return modified_; }
  bool compressed() const { return unpacking_ != nullptr; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Unpacking;

  SegmentReader(const OpenedFile& file, std::uint64_t offset, bool compressed);
  Got unpack(std::string& out, std::size_t length, Budget& budget);
  bool fill();
  std::size_t inflate_into(std::string& out, std::size_t length);

  UniqueFd own_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  WallTime modified_;
  std::uint64_t offset_ = 0;  // in the file
  std::uint64_t skip_ = 0;    // unpacked bytes that are still to be thrown away
  std::uint64_t bytes_read_ = 0;
  std::unique_ptr<Unpacking> unpacking_;
};

}  // namespace mainstay::logs
