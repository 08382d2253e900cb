// What archives are called: order, uniqueness, and which names are none of ours.
#include <doctest/doctest.h>

#include <string>

#include "logs/archive_names.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

WallTime at(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

}  // namespace

TEST_CASE("an archive is called after its log and the second of its cut in UTC, and read back") {
  const WallTime moment = at("2026-11-22T11:00:07Z");
  const std::string name = archive_file_name("backend:1.out.log", moment);
  CHECK(name == "backend:1.out_20261122_110007.log");
  CHECK(archive_file_name("backend.log", moment) == "backend_20261122_110007.log");
  CHECK(parse_archive_name(name) == ArchiveName{"backend:1.out.log", moment, ArchivePart::Plain});
  CHECK(parse_archive_name(name + ".gz")->part == ArchivePart::Compressed);
  CHECK(parse_archive_name(name + ".idx")->part == ArchivePart::Index);
  CHECK(parse_archive_name(name + ".gz.tmp")->part == ArchivePart::Unfinished);
  CHECK(parse_archive_name(name + ".tmp")->part == ArchivePart::Unfinished);
  CHECK(archive_file_name(*parse_archive_name(name + ".gz")) == name);
}

TEST_CASE("names that we do not write are none of ours") {
  for (const char* name : {"",
                           ".log",
                           "backend.out.log",
                           "backend.out.log.idx",
                           "backend.out.log.1",
                           "_20261122_110007.log",
                           "backend_20261322_110007.log",
                           "backend_20260230_110007.log",
                           "backend_20261122_250007.log",
                           "backend_20261122_110060.log",
                           "backend_2026112_110007.log",
                           "backend_20261122-110007.log",
                           "backend_20261122_110007.LOG",
                           "backend_20261122_110007",
                           "backend_20261122_110007.log.bz2",
                           "backend_20261122_110007.log.gz.idx",
                           ".hidden_20261122_110007.log",
                           "a b_20261122_110007.log",
                           "a:_20261122_110007.log",
                           "a:x.out_20261122_110007.log",
                           "a:1:2_20261122_110007.log",
                           "a_22000101_000000.log",
                           "a_19691231_235959.log",
                           "a_+0261122_110007.log",
                           "\xff_20261122_110007.log"}) {
    CHECK_MESSAGE(!parse_archive_name(name), name);
  }
  CHECK(service_of_log("web:12.err.log") == "web");
  CHECK(service_of_log("web.log") == "web");
  CHECK(!service_of_log("web"));
}

TEST_CASE("the next name is later than every other of its log, whatever the clock does") {
  ArchiveTimes times;
  const WallTime noon = at("2026-11-22T12:00:00Z");
  CHECK(times.next("a.log", noon + std::chrono::milliseconds{900}) == noon);
  times.learn("a.log", noon);
  CHECK(times.next("a.log", noon) == noon + std::chrono::seconds{1});
  CHECK(times.next("a.log", at("1999-01-01T00:00:00Z")) == noon + std::chrono::seconds{1});
  CHECK(times.next("a.log", noon + std::chrono::hours{1}) == noon + std::chrono::hours{1});
  CHECK(times.next("b.log", at("1960-01-01T00:00:00Z")) == WallTime{});
  times.learn("a.log", at("2020-01-01T00:00:00Z"));  // older ones do not matter
  CHECK(times.next("a.log", noon) == noon + std::chrono::seconds{1});
}

TEST_CASE("after the last name that can be read there is none") {
  ArchiveTimes times;
  times.learn("a.log", at("2199-12-31T23:59:59Z"));
  CHECK(!times.next("a.log", at("2026-01-01T00:00:00Z")));
  CHECK(parse_archive_name("a_21991231_235959.log"));
}
