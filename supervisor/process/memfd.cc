#include "process/memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace mainstay::process {

namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<UniqueFd> sealed_memfd(const char* name, std::string_view bytes) {
  UniqueFd fd{memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (!fd || !write_all(fd.get(), bytes) || fcntl(fd.get(), F_ADD_SEALS, seals) != 0) {
    return system_error("cannot put " + std::string{name} + " into memory", errno);
  }
  return fd;
}

Result<std::string> read_memfd(int fd, std::size_t limit) {
  struct stat about {};
  if (fstat(fd, &about) != 0) return system_error("cannot read a memfd", errno);
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > limit) return Error{"cannot read a memfd: it is larger than expected"};
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = pread(fd, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read a memfd", errno);
    if (got == 0) return Error{"cannot read a memfd: it ends early"};
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace mainstay::process
