// The latest events in a memfd that the keeper holds for the next controller: a ring of bytes, of
// which only what was written is memory.
//
// Entries lie between two counters of bytes, `head` and `tail`. append() moves the head past what
// it needs the room of, writes, and then moves the tail with one atomic store, so that a death at
// any instruction leaves whole entries only. Each carries its number and a CRC. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "runtime/ports.h"

namespace mainstay::process {

class MemfdEventRing final : public runtime::EventStore {
 public:
  static constexpr std::size_t kRingBytes = 1024UL * 1024;  // some thousand events

  // A new, empty one.
  static Result<MemfdEventRing> create();
  // That of a former controller, as the keeper kept it; an error when it is not one or not of a
  // version we read. From a damaged entry on nothing is held.
  static Result<MemfdEventRing> open(UniqueFd fd);

  MemfdEventRing(MemfdEventRing&& other) noexcept;
  MemfdEventRing& operator=(MemfdEventRing&&) = delete;
  ~MemfdEventRing() override;

  void append(std::uint64_t id, std::string_view packed) override;
  std::uint64_t first() const override { return next_ - offsets_.size(); }
  std::uint64_t next() const override { return next_; }
  std::string_view at(std::uint64_t id) const override;
  void set_told(std::uint64_t next) override;
  std::uint64_t told() const override;

  // Everything before this number is on disk.
  void set_stored(std::uint64_t next);
  std::uint64_t stored() const;

  // What the keeper has to store, under the name "events".
  int fd() const { return fd_.get(); }

 private:
  struct Header;
  struct Entry;

  MemfdEventRing(UniqueFd fd, void* memory) : fd_(std::move(fd)), memory_(memory) {}
  Header& header() const;
  Entry& entry(std::uint32_t offset) const;
  void make_room(std::uint64_t bytes);
  void clear();
  void find_entries();
  // Of the entry at a place, when it is sound.
  std::uint64_t skip(std::uint64_t place) const;
  bool is_sound(std::uint64_t place, std::uint64_t tail) const;

  UniqueFd fd_;
  void* memory_ = nullptr;
  std::uint64_t next_ = 0;
  std::deque<std::uint32_t> offsets_;  // of what is held, by number
};

}  // namespace mainstay::process
