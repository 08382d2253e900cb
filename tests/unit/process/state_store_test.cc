// Records that survive their writer, whatever it died at.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <map>
#include <random>

#include "process/memfd.h"
#include "process/secrets.h"
#include "process/state_store.h"

using namespace mainstay;
using process::MemfdStateStore;
using Records = std::vector<std::pair<std::uint32_t, std::string>>;

namespace {

UniqueFd duplicate(const MemfdStateStore& store) {
  return UniqueFd{fcntl(store.fd(), F_DUPFD_CLOEXEC, 0)};
}

MemfdStateStore fresh_store() {
  auto made = MemfdStateStore::create();
  REQUIRE(made.ok());
  return std::move(*made);
}

MemfdStateStore reopened(const MemfdStateStore& store) {
  auto again = MemfdStateStore::open(duplicate(store));
  REQUIRE(again.ok());
  return std::move(*again);
}

// Overwrites the first place where `text` is in the memory.
void damage(const MemfdStateStore& store, const std::string& text) {
  struct stat about {};
  REQUIRE(fstat(store.fd(), &about) == 0);
  const auto size = static_cast<std::size_t>(about.st_size);
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, store.fd(), 0);
  REQUIRE(memory != MAP_FAILED);
  void* at = memmem(memory, 4 * 1024 * 1024, text.data(), text.size());
  REQUIRE(at != nullptr);
  std::memset(at, 'X', text.size());
  munmap(memory, size);
}

}  // namespace

TEST_CASE("A next controller reads what was put last, and nothing that was erased") {
  MemfdStateStore store = fresh_store();
  store.put(3, "three");
  store.put(0, "zero");
  store.put(3, "three again");
  store.put(5, "five");
  store.erase(5);
  store.put(9, "");
  CHECK(reopened(store).records() == Records{{0, "zero"}, {3, "three again"}, {9, ""}});
}

TEST_CASE("A damaged copy gives way to the older one, and a record without any is left out") {
  MemfdStateStore store = fresh_store();
  store.put(1, "old record of one");
  store.put(1, "new record of one");
  store.put(2, "only record of two");
  damage(store, "new record of one");
  damage(store, "only record of two");
  MemfdStateStore next = reopened(store);
  CHECK(next.records() == Records{{1, "old record of one"}});
  next.put(1, "written after the damage");
  next.put(2, "two again");
  CHECK(next.records() == Records{{1, "written after the damage"}, {2, "two again"}});
}

TEST_CASE("A thousand instances take well under a mebibyte, also after they changed often") {
  MemfdStateStore store = fresh_store();
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t slot = 0; slot < 1'000; ++slot) {
      store.put(slot, std::string(150, static_cast<char>('a' + round)));
    }
  }
  CHECK(store.touched_bytes() < 600 * 1024);
  CHECK(store.records().size() == 1'000);
}

TEST_CASE("Over many random steps and reopenings the store holds what a map would") {
  MemfdStateStore store = fresh_store();
  std::map<std::uint32_t, std::string> model;
  std::mt19937 random{5};
  for (int step = 0; step < 30'000; ++step) {
    const auto slot = static_cast<std::uint32_t>(random() % 40);
    if (random() % 5 == 0) {
      store.erase(slot);
      model.erase(slot);
    } else {
      model[slot] = std::string(random() % (runtime::StateStore::kMaxRecord + 1),
                                static_cast<char>('a' + random() % 26));
      store.put(slot, model[slot]);
    }
    if (step % 1'000 == 999) store = reopened(store);
  }
  CHECK(store.records() == Records(model.begin(), model.end()));
  // Cells of records that grew and shrank are used again.
  CHECK(store.touched_bytes() < 40 * 2 * 1'500 + 64 * 1024);
}

TEST_CASE("A writer killed at any moment leaves the old record or the new one") {
  MemfdStateStore store = fresh_store();
  for (int round = 0; round < 20; ++round) {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t writer = fork();
    if (writer == 0) {
      for (std::uint32_t i = 0;; ++i) {
        store.put(0, std::string(100 + i % 700, static_cast<char>('a' + i % 26)));
        if (i == 100 + static_cast<std::uint32_t>(round) * 37 && write(ready[1], "x", 1) != 1)
          _exit(1);
      }
    }
    char byte;
    REQUIRE(read(ready[0], &byte, 1) == 1);
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
    store = reopened(store);
    const Records records = store.records();
    REQUIRE(records.size() == 1);
    const std::string& text = records[0].second;
    CHECK(text.find_first_not_of(text[0]) == std::string::npos);
    CHECK(text.size() >= 100);
  }
}

TEST_CASE("What is no state is refused") {
  auto sealed = process::sealed_memfd("other", "not a state");
  REQUIRE(sealed.ok());
  CHECK_FALSE(MemfdStateStore::open(std::move(*sealed)).ok());
  CHECK_FALSE(MemfdStateStore::open(UniqueFd{open("/dev/null", O_RDWR | O_CLOEXEC)}).ok());
  const MemfdStateStore store = fresh_store();
  damage(store, std::string{"\0MSTATE1", 8}.substr(1));
  CHECK_FALSE(MemfdStateStore::open(duplicate(store)).ok());
}

TEST_CASE("A sealed memfd cannot be changed and reads back within its limit") {
  const auto fd = process::sealed_memfd("test", "hello");
  REQUIRE(fd.ok());
  CHECK(write(fd->get(), "x", 1) < 0);
  CHECK(ftruncate(fd->get(), 0) < 0);
  CHECK(process::read_memfd(fd->get(), 5).value() == "hello");
  CHECK_FALSE(process::read_memfd(fd->get(), 4).ok());
}

TEST_CASE("A secret loses one newline, and is refused when it is too large or no text") {
  using process::secret_from_output;
  CHECK(secret_from_output("K", "a\n\n").value() == "a\n");
  CHECK(secret_from_output("K", "").value().empty());
  CHECK_FALSE(secret_from_output("K", std::string(process::kMaxSecretBytes + 1, 'x')).ok());
  const auto refused = secret_from_output("K", std::string{"hunter2\0", 8});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "cannot read secret K: it contains a NUL byte");
  const auto missing = process::read_secret_file("K", {"/nowhere/secret"});
  CHECK(missing.error().message ==
        "cannot read secret K from '/nowhere/secret': no such file or directory");
}
TEST_CASE("reading the records takes no memory for slots that were never used") {
  auto store = std::move(*MemfdStateStore::create());
  store.put(3, "three");
  store.put(40'000, "forty thousand");
  store.put(MemfdStateStore::kMaxSlots - 1, "the last");
  const auto records = store.records();
  REQUIRE(records.size() == 3);
  CHECK(records[0] == std::pair{3U, std::string{"three"}});
  CHECK(records[1] == std::pair{40'000U, std::string{"forty thousand"}});
  CHECK(records[2].second == "the last");
  CHECK(store.touched_bytes() < 64 * 1024);  // of the 786 KB that all slots would be
}
