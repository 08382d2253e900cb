// The records of all instances in a memfd that the keeper holds for the next controller.
//
// Every slot has two cells. put() writes the one that is not current and then makes it current with
// one atomic store, so that a death at any instruction leaves the old record or the new one. Each
// cell carries slot, sequence and CRC; a bad one counts as not written. Cells are sized by need:
// memory that no record needs is never touched. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "runtime/ports.h"

namespace mainstay::process {

class MemfdStateStore final : public runtime::StateStore {
 public:
  // Slots are below this; the runtime's InstanceIds stay far below.
  static constexpr std::uint32_t kMaxSlots = 65536;

  // A new, empty one.
  static Result<MemfdStateStore> create();
  // That of a former controller, as the keeper kept it; an error when it is not one or not of a
  // version we read: then create() a new one and rebuild from the keeper's table.
  static Result<MemfdStateStore> open(UniqueFd fd);

  MemfdStateStore(MemfdStateStore&& other) noexcept;
  MemfdStateStore& operator=(MemfdStateStore&& other) noexcept;
  ~MemfdStateStore() override;

  void put(std::uint32_t slot, std::string_view record) override;
  void erase(std::uint32_t slot) override;

  // Every readable record by slot: the current copy, or the older one where that is damaged.
  std::vector<std::pair<std::uint32_t, std::string>> records() const;
  // Grows with every put() and erase().
  std::uint64_t changes() const { return changes_; }
  // What the keeper has to store, under the name "state".
  int fd() const { return fd_.get(); }
  // Bytes of memory in use, for tests and `supervisor.info`.
  std::size_t touched_bytes() const;

 private:
  struct Header;
  struct Entry;
  struct Cell;

  MemfdStateStore(UniqueFd fd, void* memory) : fd_(std::move(fd)), memory_(memory) {}
  Header& header() const;
  Entry& entry(std::uint32_t slot) const;
  Cell* cell_at(std::uint32_t offset) const;
  const Cell* valid_cell(std::uint32_t offset, std::uint32_t slot) const;
  // Every slot that may have been written to.
  std::vector<std::uint32_t> used_slots() const;
  std::uint32_t allocate(std::size_t record_bytes);
  void rebuild_free_list();

  UniqueFd fd_;
  void* memory_ = nullptr;
  std::uint64_t next_seq_ = 1;
  std::uint64_t changes_ = 0;
  std::multimap<std::uint32_t, std::uint32_t> free_;  // capacity → offset
};

}  // namespace mainstay::process
