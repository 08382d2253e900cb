// Hostile index files: repaired by the writer, looked up by the reader. Built as a
// libFuzzer target with MAINSTAY_FUZZ, and run with fixed input by tests/unit/logs/index_test.cc.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "logs/index.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

UniqueFd file_of(const std::uint8_t* data, std::size_t size) {
  UniqueFd fd{memfd_create("index", MFD_CLOEXEC)};
  if (!fd || pwrite(fd.get(), data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  return fd;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kLogSize = 4096;
  IndexReader reader{file_of(data, size), WallTime{}};
  for (std::uint64_t offset = 0; offset <= kLogSize; offset += 61) {
    if (reader.time_at(offset) < WallTime{}) std::abort();
  }
  for (std::uint64_t offset = kLogSize; offset > 127; offset -= 127) {
    if (reader.time_at(offset) < WallTime{}) std::abort();
  }

  UniqueFd repaired = file_of(data, size);
  const UniqueFd kept{dup(repaired.get())};
  IndexWriter writer{std::move(repaired), kLogSize};
  const WallTime at{std::chrono::seconds{1'000'000'000}};
  writer.add(kLogSize, at);
  IndexReader after{UniqueFd{dup(kept.get())}, at};
  // What was added last is found, whatever was there before: it may only share the entry before it.
  if (after.count() == 0) std::abort();
  writer.cut(0);
  IndexReader empty{UniqueFd{dup(kept.get())}, at};
  static_cast<void>(empty.time_at(0));
  return 0;
}
