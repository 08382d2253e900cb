#include "process/event_ring.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/bytes.h"

namespace mainstay::process {

namespace {

constexpr std::uint64_t kRingMagic = 0x31544e5645534d00;  // "\0MSEVNT1", lowest byte first
constexpr std::uint64_t kRingGrain = 8;
constexpr std::uint32_t kToTheEnd = UINT32_MAX;  // instead of a size: nothing is in what is left
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kRingFileBytes = kHeaderBytes + MemfdEventRing::kRingBytes;

constexpr std::uint64_t rounded(std::uint64_t bytes) {
  return (bytes + kRingGrain - 1) / kRingGrain * kRingGrain;
}

}  // namespace

// Everything below is in shared memory that outlives this process, and untrusted when opened.
struct MemfdEventRing::Header {
  std::uint64_t magic;
  std::atomic<std::uint64_t> head;  // both only grow; modulo kRingBytes they are places
  std::atomic<std::uint64_t> tail;
  std::atomic<std::uint64_t> told;
  std::atomic<std::uint64_t> stored;
};

struct MemfdEventRing::Entry {
  std::uint32_t size;
  std::uint32_t crc;  // of id and content
  std::uint64_t id;

  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  std::string_view content() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  std::uint64_t room() const { return rounded(sizeof(Entry) + size); }
  std::uint32_t expected_crc() const {
    Encoder head;
    head.u64(id);
    head.text(content());
    return crc32_of(head.bytes());
  }
};

MemfdEventRing::MemfdEventRing(MemfdEventRing&& other) noexcept
    : fd_(std::move(other.fd_)),
      memory_(std::exchange(other.memory_, nullptr)),
      next_(other.next_),
      offsets_(std::move(other.offsets_)) {}

MemfdEventRing::~MemfdEventRing() {
  if (memory_ != nullptr) munmap(memory_, kRingFileBytes);
}

namespace {

Result<void*> map_ring(int fd) {
  void* memory = mmap(nullptr, kRingFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return system_error("cannot map the events", errno);
  return memory;
}

}  // namespace

Result<MemfdEventRing> MemfdEventRing::create() {
  UniqueFd fd{memfd_create("mainstay-events", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  // Nobody, not even we, may change its size: a mapping of it never raises SIGBUS.
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(kRingFileBytes)) != 0 ||
      fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return system_error("cannot make memory for the events", errno);
  }
  const auto memory = map_ring(fd.get());
  if (!memory) return memory.error();
  MemfdEventRing ring{std::move(fd), *memory};
  ring.header().magic = kRingMagic;
  return ring;
}

Result<MemfdEventRing> MemfdEventRing::open(UniqueFd fd) {
  struct stat about {};
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(fd.get(), &about) != 0 ||
      about.st_size != static_cast<off_t>(kRingFileBytes)) {
    return Error{"cannot read the former controller's events: it is not a ring of them"};
  }
  const auto memory = map_ring(fd.get());
  if (!memory) return memory.error();
  MemfdEventRing ring{std::move(fd), *memory};
  if (ring.header().magic != kRingMagic)
    return Error{"cannot read the former controller's events: unknown version or damaged"};
  ring.find_entries();
  return ring;
}

MemfdEventRing::Header& MemfdEventRing::header() const {
  return *static_cast<Header*>(memory_);
}

MemfdEventRing::Entry& MemfdEventRing::entry(std::uint32_t offset) const {
  return *reinterpret_cast<Entry*>(static_cast<char*>(memory_) + kHeaderBytes + offset);
}

// The place itself, or the beginning of the ring when nothing lies before its end.
std::uint64_t MemfdEventRing::skip(std::uint64_t place) const {
  const std::uint64_t left = kRingBytes - place % kRingBytes;
  const bool wraps = left < sizeof(Entry) ||
                     entry(static_cast<std::uint32_t>(place % kRingBytes)).size == kToTheEnd;
  return wraps ? place + left : place;
}

void MemfdEventRing::make_room(std::uint64_t bytes) {
  Header& head = header();
  const std::uint64_t tail = head.tail.load(std::memory_order_relaxed);
  std::uint64_t oldest = head.head.load(std::memory_order_relaxed);
  while (tail + bytes > oldest + kRingBytes && !offsets_.empty()) {
    offsets_.pop_front();
    oldest = skip(oldest);
    oldest += entry(static_cast<std::uint32_t>(oldest % kRingBytes)).room();
  }
  head.head.store(offsets_.empty() ? tail : oldest, std::memory_order_release);
}

void MemfdEventRing::clear() {
  offsets_.clear();
  header().head.store(header().tail.load(std::memory_order_relaxed), std::memory_order_release);
}

void MemfdEventRing::append(std::uint64_t id, std::string_view packed) {
  assert(packed.size() <= kMaxEvent);
  if (id != next_) clear();
  Header& head = header();
  std::uint64_t place = head.tail.load(std::memory_order_relaxed);
  const std::uint64_t room = rounded(sizeof(Entry) + packed.size());
  const std::uint64_t left = kRingBytes - place % kRingBytes;
  make_room(left < room ? left + room : room);
  if (left < room) {
    if (left >= sizeof(Entry))
      entry(static_cast<std::uint32_t>(place % kRingBytes)).size = kToTheEnd;
    place += left;
  }
  const auto offset = static_cast<std::uint32_t>(place % kRingBytes);
  Entry& fresh = entry(offset);
  fresh.size = static_cast<std::uint32_t>(packed.size());
  fresh.id = id;
  std::memcpy(fresh.bytes(), packed.data(), packed.size());
  fresh.crc = fresh.expected_crc();
  head.tail.store(place + room, std::memory_order_release);
  offsets_.push_back(offset);
  next_ = id + 1;
}

std::string_view MemfdEventRing::at(std::uint64_t id) const {
  return entry(offsets_[static_cast<std::size_t>(id - first())]).content();
}

void MemfdEventRing::set_told(std::uint64_t next) {
  header().told.store(next, std::memory_order_release);
}

std::uint64_t MemfdEventRing::told() const {
  return header().told.load(std::memory_order_acquire);
}

void MemfdEventRing::set_stored(std::uint64_t next) {
  header().stored.store(next, std::memory_order_release);
}

std::uint64_t MemfdEventRing::stored() const {
  return header().stored.load(std::memory_order_acquire);
}

bool MemfdEventRing::is_sound(std::uint64_t place, std::uint64_t tail) const {
  const std::uint64_t left = kRingBytes - place % kRingBytes;
  if (left < sizeof(Entry)) return false;
  const Entry& found = entry(static_cast<std::uint32_t>(place % kRingBytes));
  return found.size <= kMaxEvent && found.room() <= left && place + found.room() <= tail &&
         (next_ == 0 ? found.id > 0 : found.id == next_) && found.crc == found.expected_crc();
}

void MemfdEventRing::find_entries() {
  const std::uint64_t tail = header().tail.load(std::memory_order_acquire);
  const std::uint64_t head = header().head.load(std::memory_order_acquire);
  const bool sane = head <= tail && tail - head <= kRingBytes && head % kRingGrain == 0;
  std::uint64_t place = sane ? head : tail;
  while (place < tail) {
    const std::uint64_t at = skip(place);
    if (at >= tail || !is_sound(at, tail)) break;
    const auto offset = static_cast<std::uint32_t>(at % kRingBytes);
    offsets_.push_back(offset);
    next_ = entry(offset).id + 1;
    place = at + entry(offset).room();
  }
  // What lies behind damage is given up; the next number is known elsewhere too.
  header().tail.store(place, std::memory_order_release);
  if (place == tail && !sane) clear();
}

}  // namespace mainstay::process
