#include "logs/compress.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace mainstay::logs {

namespace {

constexpr std::size_t kBlock = 64 * 1024;

// The door to zlib: a gzip stream into a descriptor.
class GzipWriter {
 public:
  explicit GzipWriter(int fd) : fd_(fd) {
    constexpr int kGzip = 16;  // added to the window bits
    ready_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, 8,
                          Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipWriter() {
    if (ready_) deflateEnd(&stream_);
  }
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  // An errno, or 0. After the last block nothing more may follow.
  int write(const char* bytes, std::size_t count, bool last) {
    if (!ready_) return ENOMEM;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
    stream_.avail_in = static_cast<uInt>(count);
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      if (deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR) return EIO;
      if (const int error = put(out_.size() - stream_.avail_out)) return error;
    } while (stream_.avail_out == 0);
    return 0;
  }

 private:
  int put(std::size_t count) {
    for (std::size_t done = 0; done < count;) {
      const ssize_t put = ::write(fd_, out_.data() + done, count - done);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return put < 0 ? errno : ENOSPC;
      done += static_cast<std::size_t>(put);
    }
    return 0;
  }

  int fd_;
  z_stream stream_{};
  bool ready_ = false;
  std::array<char, kBlock> out_{};
};

int copy_compressed(int from, int to, const std::atomic<bool>& stop) {
  GzipWriter out{to};
  std::array<char, kBlock> block{};
  while (!stop) {
    const ssize_t got = read(from, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    const int error = out.write(block.data(), static_cast<std::size_t>(got), got == 0);
    if (error != 0 || got == 0) return error;
  }
  return ECANCELED;
}

// The compressed file is as old as what it holds.
int keep_time(int fd, std::int64_t modified_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const timespec at{modified_ns / kSecond, modified_ns % kSecond};
  const timespec times[2] = {at, at};
  return futimens(fd, times) == 0 ? 0 : errno;
}

}  // namespace

std::string compressed_name(const std::string& plain) {
  return plain + ".gz";
}

std::string unfinished_name(const std::string& plain) {
  return plain + ".gz.tmp";
}

Status compress_archive(Directory& directory, const std::string& plain,
                        const std::atomic<bool>& stop) {
  auto from = directory.open_for_reading(plain);
  if (!from) return from.error();
  const std::string unfinished = unfinished_name(plain);
  auto to = directory.create_anew(unfinished);
  if (!to) return to.error();
  int error = copy_compressed(from->fd.get(), to->get(), stop);
  if (error == 0) error = keep_time(to->get(), from->modified_ns);
  if (error == 0 && fsync(to->get()) != 0) error = errno;
  if (error != 0) {
    static_cast<void>(directory.remove(unfinished).ok());
    return system_error("cannot compress log " + (directory.path() / plain).string(), error);
  }
  if (auto named = directory.rename(unfinished, compressed_name(plain)); !named) {
    static_cast<void>(directory.remove(unfinished).ok());
    return named;
  }
  return directory.remove(plain);
}

}  // namespace mainstay::logs
