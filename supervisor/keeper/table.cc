#include "keeper/table.h"

#include <sys/mman.h>
#include <unistd.h>

#include <initializer_list>

namespace mainstay::keeper {

void drop_fd(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

namespace {

std::size_t home_of(std::uint64_t key) {
  return key % Index::kCells;
}

}  // namespace

SlotId Index::find(std::uint64_t key) const {
  for (std::size_t i = home_of(key); cells_[i].slot_plus_one != 0; i = (i + 1) % kCells) {
    if (cells_[i].key == key) return cells_[i].slot_plus_one - 1;
  }
  return kNoSlot;
}

void Index::insert(std::uint64_t key, SlotId slot) {
  std::size_t i = home_of(key);
  while (cells_[i].slot_plus_one != 0)
    i = (i + 1) % kCells;
  cells_[i] = {key, slot + 1};
}

void Index::erase(std::uint64_t key) {
  std::size_t hole = home_of(key);
  while (cells_[hole].slot_plus_one != 0 && cells_[hole].key != key)
    hole = (hole + 1) % kCells;
  if (cells_[hole].slot_plus_one == 0) return;
  // What follows moves up where its home allows it, so that no search ends too early.
  for (std::size_t i = (hole + 1) % kCells; cells_[i].slot_plus_one != 0; i = (i + 1) % kCells) {
    const std::size_t from_home = (i + kCells - home_of(cells_[i].key)) % kCells;
    const std::size_t from_hole = (i + kCells - hole) % kCells;
    if (from_home < from_hole) continue;
    cells_[hole] = cells_[i];
    hole = i;
  }
  cells_[hole] = {};
}

Table::Table() {
  const std::size_t slot_bytes = kMaxRuns * sizeof(Slot);
  const std::size_t index_bytes = Index::kCells * sizeof(Index::Cell);
  const std::size_t bytes = slot_bytes + 2 * index_bytes;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;
  madvise(memory, bytes, MADV_DONTFORK);  // makes forks cheaper; without it everything still works
  slots_ = static_cast<Slot*>(memory);
  auto* cells = reinterpret_cast<Index::Cell*>(static_cast<char*>(memory) + slot_bytes);
  tokens_ = Index{cells};
  pids_ = Index{cells + Index::kCells};
}

template <SlotId Slot::*Next, SlotId Slot::*Prev>
void Table::append(List& list, SlotId id) {
  slots_[id].*Next = kNoSlot;
  slots_[id].*Prev = list.last;
  (list.last == kNoSlot ? list.first : slots_[list.last].*Next) = id;
  list.last = id;
}

template <SlotId Slot::*Next, SlotId Slot::*Prev>
void Table::unlink(List& list, SlotId id) {
  const SlotId next = slots_[id].*Next;
  const SlotId prev = slots_[id].*Prev;
  (prev == kNoSlot ? list.first : slots_[prev].*Next) = next;
  (next == kNoSlot ? list.last : slots_[next].*Prev) = prev;
}

SlotId Table::take() {
  SlotId id = free_;
  if (id != kNoSlot) {
    free_ = slots_[id].used_next;
  } else if (untouched_ < kMaxRuns) {
    id = untouched_++;
  } else {
    return kNoSlot;
  }
  slots_[id] = Slot{};
  Slot& slot = slots_[id];
  slot.pidfd = slot.error = slot.out = slot.err = slot.foreign = -1;
  slot.notify_socket = slot.notify_pipe = -1;
  append<&Slot::used_next, &Slot::used_prev>(used_, id);
  ++size_;
  return id;
}

void Table::free(SlotId id) {
  Slot& slot = slots_[id];
  for (int* fd : {&slot.pidfd, &slot.error, &slot.out, &slot.err, &slot.notify_socket,
                  &slot.notify_pipe, &slot.foreign})
    drop_fd(*fd);
  if (slot.run.token != 0 && by_token(slot.run.token) == id) tokens_.erase(slot.run.token);
  if (slot.run.pid != 0 && by_pid(slot.run.pid) == id) forget_pid(slot.run.pid);
  clear_dirty(id);
  unlink<&Slot::used_next, &Slot::used_prev>(used_, id);
  slot.used_next = free_;
  free_ = id;
  --size_;
}

void Table::index(SlotId id) {
  tokens_.insert(slots_[id].run.token, id);
  // The pid of a run that is not our child may be given to one that is.
  if (slots_[id].foreign < 0) pids_.insert(static_cast<std::uint64_t>(slots_[id].run.pid), id);
}

void Table::mark_dirty(SlotId id) {
  if (slots_[id].in_dirty) return;
  slots_[id].in_dirty = true;
  append<&Slot::dirty_next, &Slot::dirty_prev>(dirty_, id);
}

void Table::clear_dirty(SlotId id) {
  if (!slots_[id].in_dirty) return;
  slots_[id].in_dirty = false;
  unlink<&Slot::dirty_next, &Slot::dirty_prev>(dirty_, id);
}

void Table::reset_told() {
  for (SlotId id = used_.first; id != kNoSlot; id = slots_[id].used_next) {
    if (slots_[id].abandoned) continue;
    slots_[id].announce = true;
    slots_[id].tell_end = slots_[id].has_ended;
    mark_dirty(id);
  }
}

}  // namespace mainstay::keeper
