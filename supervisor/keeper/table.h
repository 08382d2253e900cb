// Every run that is held: a fixed table, mapped once and touched only where used, with two indexes
// and two intrusive lists. No operation allocates; all but reset_told() take constant time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "keeper/protocol.h"

namespace mainstay::keeper {

using SlotId = std::uint32_t;
inline constexpr SlotId kNoSlot = 0xffffffff;

struct Slot {
  Run run;      // as it is announced, but for `handles`
  Ended ended;  // valid when has_ended
  bool has_ended;
  bool abandoned;  // released before it ended: freed when it does
  bool announce;   // the controller has to get `run` …
  bool tell_end;   // … and `ended`
  bool in_dirty;
  int pidfd;  // for the announcement only; -1 once it was sent
  int error;
  int out;
  int err;
  int notify_socket;
  int notify_pipe;
  int foreign;                    // pidfd of a run that is not our child; else -1
  std::int64_t foreign_ended_ns;  // since when that is known to have ended; 0: it lives
  SlotId used_next, used_prev;
  SlotId dirty_next, dirty_prev;
};

// Open addressing with linear probing from the key's low bits: keys that follow each other share
// pages.
class Index {
 public:
  static constexpr std::size_t kCells = 2 * kMaxRuns;
  struct Cell {
    std::uint64_t key;
    SlotId slot_plus_one;  // 0: empty
  };

  explicit Index(Cell* cells) : cells_(cells) {}
  SlotId find(std::uint64_t key) const;
  void insert(std::uint64_t key, SlotId slot);
  void erase(std::uint64_t key);

 private:
  Cell* cells_;
};

class Table {
 public:
  // Maps the memory (not inherited by forked children); null members and valid() false if that
  // fails.
  Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool valid() const { return slots_ != nullptr; }
  Slot& at(SlotId id) { return slots_[id]; }
  std::uint32_t size() const { return size_; }
  // A fresh slot, in the list of used ones, or kNoSlot when the table is full.
  SlotId take();
  // Closes the slot's descriptors and forgets it. Its token and pid leave the indexes.
  void free(SlotId id);

  void index(SlotId id);  // by run.token, and by run.pid if it is our child
  SlotId by_token(std::uint64_t token) const { return tokens_.find(token); }
  SlotId by_pid(int pid) const { return pids_.find(static_cast<std::uint64_t>(pid)); }
  void forget_pid(int pid) { pids_.erase(static_cast<std::uint64_t>(pid)); }

  // Slots that the controller has to hear of, first come first served.
  void mark_dirty(SlotId id);
  void clear_dirty(SlotId id);
  SlotId first_dirty() const { return dirty_.first; }
  SlotId first_used() const { return used_.first; }
  // A new controller knows nothing: everything is dirty.
  void reset_told();

 private:
  struct List {
    SlotId first = kNoSlot;
    SlotId last = kNoSlot;
  };
  template <SlotId Slot::*Next, SlotId Slot::*Prev>
  void append(List& list, SlotId id);
  template <SlotId Slot::*Next, SlotId Slot::*Prev>
  void unlink(List& list, SlotId id);

  Slot* slots_ = nullptr;
  Index tokens_{nullptr};
  Index pids_{nullptr};
  List used_;
  List dirty_;
  SlotId free_ = kNoSlot;  // chained through used_next
  SlotId untouched_ = 0;   // slots from here on were never used
  std::uint32_t size_ = 0;
};

// Closes a descriptor, if there is one, and forgets it.
void drop_fd(int& fd);

}  // namespace mainstay::keeper
