// Records and events for tests of crash records.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "history/crash_record.h"

namespace mainstay::history {

inline constexpr WallTime kNoon{std::chrono::seconds{1'800'000'000}};

inline CrashRecord example(std::uint64_t run = 7) {
  CrashRecord record;
  record.at = kNoon + std::chrono::seconds{run};
  record.service = "backend";
  record.instance = "backend:1";
  record.index = 1;
  record.run = RunId{run};
  record.pid = 4711;
  record.signal = "SEGV";
  record.core_dumped = true;
  record.cause = "exited";
  record.run_time = std::chrono::milliseconds{12'345};
  record.cpu = std::chrono::milliseconds{800};
  record.peak_memory_bytes = 48'234'496;
  record.out_of_memory = "killed by the kernel: out of memory (x)";
  record.core = "/srv/shop/core.4711";
  record.left_out = 3;
  record.output = {{"err", {"Traceback:", "boom"}, true}, {"out", {"hello"}, false}};
  return record;
}

inline runtime::Event exited(std::map<std::string, std::string> data) {
  runtime::Event event;
  event.at = kNoon;
  event.kind = EventKind::ServiceExited;
  event.service = "backend";
  event.instance = "backend";
  event.data = std::move(data);
  return event;
}

inline std::string content(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace mainstay::history
