#include "process/state_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/bytes.h"

namespace mainstay::process {

namespace {

constexpr std::uint64_t kMagic = 0x3145544154534d00;  // "\0MSTATE1", lowest byte first
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kGrain = 64;
constexpr std::size_t kFileBytes = 192UL * 1024 * 1024;  // sparse: only what is written is memory

}  // namespace

// Everything below is in shared memory that outlives this process, and untrusted when opened.
struct MemfdStateStore::Header {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t slots;       // kMaxSlots of the writer
  std::uint32_t first_cell;  // offset
  std::uint32_t next_cell;   // offset behind the last cell
  std::uint32_t used_slots;  // no entry from here on was ever written
  std::uint32_t crc;         // of magic, version, slots and first_cell
};

struct MemfdStateStore::Entry {
  std::atomic<std::uint32_t> current;  // 1 or 2: which of `cells`; 0: no record
  std::uint32_t cells[2];              // offsets; 0: none yet
};

struct MemfdStateStore::Cell {
  std::uint32_t capacity;  // bytes of the record that fit
  std::uint32_t size;
  std::uint64_t seq;
  std::uint32_t slot;
  std::uint32_t crc;  // of seq, slot, size and the record

  char* record() { return reinterpret_cast<char*>(this + 1); }
  std::string_view content() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  std::uint32_t expected_crc() const {
    Encoder head;
    head.u64(seq);
    head.u32(slot);
    head.u32(size);
    head.text(content());
    return crc32_of(head.bytes());
  }
};

namespace {

std::uint32_t header_crc(std::uint64_t magic, std::uint32_t version, std::uint32_t slots,
                         std::uint32_t first_cell) {
  Encoder fields;
  fields.u64(magic);
  fields.u32(version);
  fields.u32(slots);
  fields.u32(first_cell);
  return crc32_of(fields.bytes());
}

Result<void*> map_memory(int fd) {
  void* memory = mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return system_error("cannot map the state", errno);
  return memory;
}

}  // namespace

MemfdStateStore::MemfdStateStore(MemfdStateStore&& other) noexcept
    : fd_(std::move(other.fd_)),
      memory_(std::exchange(other.memory_, nullptr)),
      next_seq_(other.next_seq_),
      changes_(other.changes_),
      free_(std::move(other.free_)) {}

MemfdStateStore& MemfdStateStore::operator=(MemfdStateStore&& other) noexcept {
  if (this == &other) return *this;
  if (memory_ != nullptr) munmap(memory_, kFileBytes);
  fd_ = std::move(other.fd_);
  memory_ = std::exchange(other.memory_, nullptr);
  next_seq_ = other.next_seq_;
  changes_ = other.changes_;
  free_ = std::move(other.free_);
  return *this;
}

MemfdStateStore::~MemfdStateStore() {
  if (memory_ != nullptr) munmap(memory_, kFileBytes);
}

Result<MemfdStateStore> MemfdStateStore::create() {
  UniqueFd fd{memfd_create("mainstay-state", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  // Nobody, not even we, may change its size: a mapping of it never raises SIGBUS.
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(kFileBytes)) != 0 ||
      fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return system_error("cannot make memory for the state", errno);
  }
  const auto memory = map_memory(fd.get());
  if (!memory) return memory.error();
  MemfdStateStore store{std::move(fd), *memory};
  Header& header = store.header();
  header.magic = kMagic;
  header.version = kVersion;
  header.slots = kMaxSlots;
  header.first_cell = sizeof(Header) + kMaxSlots * sizeof(Entry);
  header.next_cell = header.first_cell;
  header.crc = header_crc(header.magic, header.version, header.slots, header.first_cell);
  return store;
}

Result<MemfdStateStore> MemfdStateStore::open(UniqueFd fd) {
  struct stat about {};
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(fd.get(), &about) != 0 ||
      about.st_size != static_cast<off_t>(kFileBytes)) {
    return Error{"cannot read the former controller's state: it is not a state memfd"};
  }
  const auto memory = map_memory(fd.get());
  if (!memory) return memory.error();
  MemfdStateStore store{std::move(fd), *memory};
  const Header& header = store.header();
  if (header.magic != kMagic || header.version != kVersion || header.slots != kMaxSlots ||
      header.first_cell != sizeof(Header) + kMaxSlots * sizeof(Entry) ||
      header.crc != header_crc(header.magic, header.version, header.slots, header.first_cell)) {
    return Error{"cannot read the former controller's state: unknown version or damaged"};
  }
  store.rebuild_free_list();
  return store;
}

MemfdStateStore::Header& MemfdStateStore::header() const {
  return *static_cast<Header*>(memory_);
}

MemfdStateStore::Entry& MemfdStateStore::entry(std::uint32_t slot) const {
  return reinterpret_cast<Entry*>(static_cast<char*>(memory_) + sizeof(Header))[slot];
}

MemfdStateStore::Cell* MemfdStateStore::cell_at(std::uint32_t offset) const {
  const Header& head = header();
  const bool inside =
      offset >= head.first_cell && offset % 8 == 0 &&
      std::size_t{offset} + sizeof(Cell) + StateStore::kMaxRecord + kGrain <= kFileBytes;
  return inside ? reinterpret_cast<Cell*>(static_cast<char*>(memory_) + offset) : nullptr;
}

const MemfdStateStore::Cell* MemfdStateStore::valid_cell(std::uint32_t offset,
                                                         std::uint32_t slot) const {
  const Cell* cell = cell_at(offset);
  const bool sound = cell != nullptr && cell->slot == slot &&
                     cell->size <= StateStore::kMaxRecord && cell->size <= cell->capacity &&
                     cell->seq != 0 && cell->crc == cell->expected_crc();
  return sound ? cell : nullptr;
}

std::uint32_t MemfdStateStore::allocate(std::size_t record_bytes) {
  // Room for a little growth, so that a counter with one digit more does not move the record.
  const auto wanted =
      static_cast<std::uint32_t>((record_bytes + 24 + kGrain - 1) / kGrain * kGrain);
  const auto reusable = free_.lower_bound(wanted);
  if (reusable != free_.end() && reusable->first <= 2 * wanted) {
    const std::uint32_t offset = reusable->second;
    free_.erase(reusable);
    return offset;
  }
  const std::uint32_t offset = header().next_cell;
  if (cell_at(offset) == nullptr) return 0;
  cell_at(offset)->capacity = wanted;
  header().next_cell = offset + static_cast<std::uint32_t>(sizeof(Cell)) + wanted;
  return offset;
}

void MemfdStateStore::put(std::uint32_t slot, std::string_view record) {
  assert(slot < kMaxSlots && record.size() <= kMaxRecord);
  ++changes_;
  Entry& place = entry(slot);
  const std::uint32_t current = place.current.load(std::memory_order_relaxed);
  const std::uint32_t target = current == 1 ? 1 : 0;
  std::uint32_t offset = place.cells[target];
  Cell* cell = cell_at(offset);
  if (cell == nullptr || cell->capacity < record.size()) {
    if (cell != nullptr) free_.emplace(cell->capacity, offset);
    offset = allocate(record.size());
    cell = cell_at(offset);
    if (cell == nullptr) return;  // 65,536 instances with the largest records: the older copy stays
  }
  cell->slot = slot;
  cell->size = static_cast<std::uint32_t>(record.size());
  std::memcpy(cell->record(), record.data(), record.size());
  cell->seq = next_seq_++;
  cell->crc = cell->expected_crc();
  place.cells[target] = offset;
  if (slot >= header().used_slots) header().used_slots = slot + 1;
  place.current.store(target + 1, std::memory_order_release);
}

void MemfdStateStore::erase(std::uint32_t slot) {
  assert(slot < kMaxSlots);
  ++changes_;
  Entry& place = entry(slot);
  place.current.store(0, std::memory_order_release);
  for (const std::uint32_t offset : place.cells) {
    if (Cell* cell = cell_at(offset); cell != nullptr) cell->seq = 0;
  }
}

// Looking at a page that was never written would make it one: only those that exist are looked at
// (lseek(2), SEEK_DATA).
std::vector<std::uint32_t> MemfdStateStore::used_slots() const {
  std::vector<std::uint32_t> slots;
  const auto table = reinterpret_cast<char*>(&entry(0)) - static_cast<char*>(memory_);
  const std::size_t used = std::min(header().used_slots, kMaxSlots);
  const auto end = static_cast<off_t>(table) + static_cast<off_t>(used * sizeof(Entry));
  std::size_t next = 0;  // no slot is given twice where an entry lies on two pages
  for (off_t at = table; at < end;) {
    const off_t data = lseek(fd_.get(), at, SEEK_DATA);
    if (data < 0 || data >= end) break;
    at = std::min(end, lseek(fd_.get(), data, SEEK_HOLE));
    if (at <= data) break;
    const auto first = static_cast<std::size_t>(data - table) / sizeof(Entry);
    const auto last = (static_cast<std::size_t>(at - table) + sizeof(Entry) - 1) / sizeof(Entry);
    for (next = std::max(next, first); next < std::min(last, used); ++next)
      slots.push_back(static_cast<std::uint32_t>(next));
  }
  return slots;
}

std::vector<std::pair<std::uint32_t, std::string>> MemfdStateStore::records() const {
  std::vector<std::pair<std::uint32_t, std::string>> out;
  for (const std::uint32_t slot : used_slots()) {
    const Entry& place = entry(slot);
    const std::uint32_t current = place.current.load(std::memory_order_acquire);
    if (current == 0) continue;
    const std::uint32_t first = current == 2 ? 1 : 0;
    const Cell* cell = valid_cell(place.cells[first], slot);
    if (cell == nullptr) cell = valid_cell(place.cells[1 - first], slot);
    if (cell != nullptr) out.emplace_back(slot, cell->content());
  }
  return out;
}

// Whatever no entry refers to is free; the sequence goes on after the largest.
void MemfdStateStore::rebuild_free_list() {
  std::map<std::uint32_t, bool> referred;
  for (const std::uint32_t slot : used_slots()) {
    for (const std::uint32_t offset : entry(slot).cells) {
      if (const Cell* cell = cell_at(offset); cell != nullptr) {
        referred[offset] = true;
        next_seq_ = std::max(next_seq_, cell->seq + 1);
      }
    }
  }
  for (std::uint32_t offset = header().first_cell; offset < header().next_cell;) {
    const Cell* cell = cell_at(offset);
    // A cell that nobody finished making, or damage: what follows is not walked, only wasted.
    if (cell == nullptr || cell->capacity == 0 || cell->capacity > 2 * kMaxRecord) break;
    if (!referred.contains(offset)) free_.emplace(cell->capacity, offset);
    offset += static_cast<std::uint32_t>(sizeof(Cell)) + cell->capacity;
  }
}

std::size_t MemfdStateStore::touched_bytes() const {
  struct stat about {};
  return fstat(fd_.get(), &about) == 0 ? static_cast<std::size_t>(about.st_blocks) * 512 : 0;
}

}  // namespace mainstay::process
