// The run request: what the controller writes is what the child reads, and nothing else is read.
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "keeper/request_reader.h"
#include "process/spawn_request.h"

using namespace mainstay;
using process::SpawnRequest;

namespace {

SpawnRequest sample() {
  SpawnRequest request;
  request.arguments = {"python3", "main.py", ""};
  request.candidates = {"/usr/bin/python3", "/bin/python3"};
  request.environment = {{"A", "1"}, {"EMPTY", ""}};
  request.cwd = "/srv";
  request.user = process::User{33, 34, {34, 100, 200}, "www-data", "/var/www", "/bin/sh"};
  request.no_new_privileges = true;
  request.umask = 027;
  request.nice = -5;
  request.limits = {{7, 0, 100, 200}, {4, 0, 0, 0}};
  request.cgroups = {"/sys/fs/cgroup/x/cgroup.procs"};
  return request;
}

// `bytes` exactly as long as it is, so that AddressSanitizer sees a read beyond it.
struct Reading {
  explicit Reading(const std::string& bytes) : size(bytes.size()) {
    copy.reset(new char[bytes.size()]);
    std::memcpy(copy.get(), bytes.data(), bytes.size());
    const std::size_t needed = keeper::pointers_needed(copy.get(), size);
    pointers.resize(needed);
    sound = needed > 0 && keeper::read_request(copy.get(), size, pointers.data(), request);
  }
  std::unique_ptr<char[]> copy;
  std::size_t size;
  std::vector<const char*> pointers;
  keeper::ReadRequest request;
  bool sound = false;
};

std::vector<std::string> texts(const char* const* at) {
  std::vector<std::string> out;
  for (; *at != nullptr; ++at)
    out.emplace_back(*at);
  return out;
}

}  // namespace

TEST_CASE("A request is read as it was written") {
  const SpawnRequest request = sample();
  const auto bytes = process::encode_request(request);
  REQUIRE(bytes.ok());
  const Reading reading{*bytes};
  REQUIRE(reading.sound);
  const keeper::ReadRequest& read = reading.request;
  CHECK(texts(read.arguments) == request.arguments);
  CHECK(texts(read.candidates) == request.candidates);
  CHECK(texts(read.environment) == std::vector<std::string>{"A=1", "EMPTY="});
  CHECK(texts(read.cgroups) == request.cgroups);
  CHECK(std::string{read.cwd} == "/srv");
  CHECK(read.head->uid == 33);
  CHECK(read.head->gid == 34);
  CHECK(read.head->groups == 3);
  CHECK(read.groups[2] == 200);
  CHECK(read.head->umask == 027);
  CHECK(read.head->nice == -5);
  CHECK(read.head->flags == (keeper::kSetUser | keeper::kSetNice | keeper::kNoNewPrivileges));
  CHECK(read.limits[0].hard == 200);
  CHECK(read.limits[1].resource == 4);
}

TEST_CASE("A request cut anywhere is refused") {
  const auto bytes = process::encode_request(sample());
  REQUIRE(bytes.ok());
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    std::string cut = bytes->substr(0, size);
    CHECK_FALSE(Reading{cut}.sound);
    // And with a head that claims the shorter size.
    if (size < sizeof(keeper::RunRequest)) continue;
    const auto claimed = static_cast<std::uint32_t>(size);
    std::memcpy(cut.data() + offsetof(keeper::RunRequest, size), &claimed, sizeof claimed);
    CHECK_FALSE(Reading{cut}.sound);
  }
}

TEST_CASE("Counts that do not fit are refused") {
  const auto bytes = process::encode_request(sample());
  REQUIRE(bytes.ok());
  for (const std::size_t field :
       {offsetof(keeper::RunRequest, groups), offsetof(keeper::RunRequest, limits),
        offsetof(keeper::RunRequest, cgroups), offsetof(keeper::RunRequest, candidates),
        offsetof(keeper::RunRequest, arguments), offsetof(keeper::RunRequest, environment)}) {
    for (const std::uint32_t count : {0x7fffffffU, 0xffffffffU, 65537U, 1000U}) {
      std::string changed = *bytes;
      std::memcpy(changed.data() + field, &count, sizeof count);
      CHECK_FALSE(Reading{changed}.sound);
    }
  }
}

TEST_CASE("Random damage is never read out of bounds") {
  const auto bytes = process::encode_request(sample());
  REQUIRE(bytes.ok());
  std::mt19937 random{20261122};
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = *bytes;
    for (int i = 0; i < 3; ++i)
      changed[random() % changed.size()] = static_cast<char>(random());
    if (!Reading{changed}.sound) ++refused;
  }
  CHECK(refused > 1000);
}

TEST_CASE("What cannot be written down is an error") {
  SpawnRequest request = sample();
  SUBCASE("a NUL byte in an argument") {
    request.arguments[1] = std::string{"a\0b", 3};
  }
  SUBCASE("a NUL byte in a value") {
    request.environment["A"] = std::string{"\0", 1};
  }
  SUBCASE("a NUL byte in cwd") {
    request.cwd = std::string{"/a\0", 3};
  }
  SUBCASE("too many arguments") {
    request.arguments.resize(70'000, "x");
  }
  SUBCASE("too large") {
    request.arguments.push_back(std::string(9'000'000, 'x'));
  }
  CHECK_FALSE(process::encode_request(request).ok());
}
