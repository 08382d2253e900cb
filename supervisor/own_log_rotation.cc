#include "own_log_rotation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "io/clock.h"
#include "logs/inventory.h"

namespace mainstay {

namespace {

constexpr const char* kName = "supervisor.log";
// After a failure it grows by so much before the next try.
constexpr std::uint64_t kTryAgainAfter = 1024 * 1024;

bool write_all(int fd, const char* bytes, std::size_t count) {
  for (std::size_t done = 0; done < count;) {
    const ssize_t put = write(fd, bytes + done, count - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    done += static_cast<std::size_t>(put);
  }
  return true;
}

// Copies from `offset` on, which it moves, to `end` or the end of the file; an errno, or 0.
int copy_range(int from, std::uint64_t& offset, std::uint64_t end, int to) {
  std::array<char, 64 * 1024> block{};
  while (offset < end) {
    const std::size_t wanted = std::min<std::uint64_t>(block.size(), end - offset);
    const ssize_t got = pread(from, block.data(), wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    if (!write_all(to, block.data(), static_cast<std::size_t>(got))) return errno;
    offset += static_cast<std::uint64_t>(got);
  }
  return 0;
}

}  // namespace

// One rotation that is going on. The worker has it to itself until it is done.
struct OwnLogRotation::Copy {
  std::string archive;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;    // of the log when it began
  std::uint64_t copied = 0;  // so far
  UniqueFd from;
  UniqueFd to;
  int error = 0;

  std::string unfinished() const { return archive + ".tmp"; }
};

OwnLogRotation::OwnLogRotation(io::Loop& loop, logs::Directory& directory,
                               std::function<void()> on_archive,
                               std::function<void(const Error&)> on_failure, int fd)
    : loop_(loop),
      directory_(directory),
      on_archive_(std::move(on_archive)),
      on_failure_(std::move(on_failure)),
      fd_(fd),
      limit_(logs::own_log_rotation().size.count),
      alive_(std::make_shared<bool>(true)) {}

OwnLogRotation::~OwnLogRotation() {
  *alive_ = false;
}

void OwnLogRotation::begin(std::span<const logs::ArchiveName> archives) {
  for (const auto& archive : archives)
    times_.learn(archive.log, archive.at);
  begun_ = true;
  look();
}

// Emptied, a file goes on at its beginning only where everybody appends.
bool OwnLogRotation::is_ours() const {
  struct stat info {};
  const auto named = directory_.look_at(kName);
  const int flags = fcntl(fd_, F_GETFL);
  return named && fstat(fd_, &info) == 0 && info.st_ino == named->inode && flags >= 0 &&
         (flags & O_APPEND) != 0;
}

void OwnLogRotation::look() {
  struct stat info {};
  if (!begun_ || busy_ || fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) return;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size >= limit_ && is_ours()) start(size);
}

void OwnLogRotation::start(std::uint64_t size) {
  const auto copy = std::make_shared<Copy>();
  copy->size = size;
  const auto at = times_.next(kName, io::read_clocks().wall);
  if (!at) return;
  times_.learn(kName, *at);
  copy->archive = logs::archive_file_name(kName, *at);
  busy_ = true;
  loop_.in_worker(
      [copy, path = directory_.path()] {
        auto directory = logs::Directory::open(path);
        auto from = directory ? directory->open_for_reading(kName)
                              : Result<logs::OpenedFile>{directory.error()};
        auto to = directory ? directory->create_anew(copy->unfinished())
                            : Result<UniqueFd>{directory.error()};
        if (!from || !to) {
          copy->error = from ? to.error().code : from.error().code;
          return;
        }
        copy->inode = from->inode;
        copy->from = std::move(from->fd);
        copy->to = std::move(*to);
        copy->error = copy_range(copy->from.get(), copy->copied, copy->size, copy->to.get());
      },
      [this, copy, alive = alive_] {
        if (*alive) finish(*copy);
      });
}

void OwnLogRotation::finish(Copy& copy) {
  const Status done = add_rest_and_empty(copy);
  if (!done) {
    static_cast<void>(directory_.remove(copy.unfinished()).ok());
    limit_ = copy.size + kTryAgainAfter;
    on_failure_(done.error());
  } else {
    limit_ = logs::own_log_rotation().size.count;
    on_archive_();
  }
  busy_ = false;
}

// Between the last look at the size and the emptying only the keeper could write, which says a line
// when a controller dies.
Status OwnLogRotation::add_rest_and_empty(Copy& copy) {
  const auto named = directory_.look_at(kName);
  const bool same = copy.error != 0 || (named && named->inode == copy.inode && is_ours());
  if (copy.error == 0 && !same) copy.error = ESTALE;  // somebody else has replaced it
  if (copy.error == 0)
    copy.error = copy_range(copy.from.get(), copy.copied, UINT64_MAX, copy.to.get());
  if (copy.error == 0) {
    if (auto renamed = directory_.rename(copy.unfinished(), copy.archive); !renamed) return renamed;
    if (ftruncate(fd_, 0) != 0) copy.error = errno;
  }
  if (copy.error == 0) return {};
  return system_error("cannot rotate log " + (directory_.path() / kName).string(), copy.error);
}

}  // namespace mainstay
