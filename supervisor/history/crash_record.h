// What is kept of an abnormal end of a run: how it ended, what it used, and its last words. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/service_spec.h"
#include "runtime/ports.h"

namespace mainstay::history {

// The last lines of one stream ("out", "err", or "both" when they are merged): raw bytes, hostile.
struct LastOutput {
  std::string stream;
  std::vector<std::string> lines;  // oldest first
  bool cut = false;                // a line, or lines before them, were left out for size
  bool operator==(const LastOutput&) const = default;
};

struct CrashRecord {
  WallTime at;  // when the run ended
  std::string service;
  std::string instance;  // as shown then: "backend", or "backend:1"
  std::uint32_t index = 0;
  RunId run;
  int pid = 0;              // 0: it never became a process
  std::optional<int> code;  // neither code nor signal: nobody could tell, or it never ran
  std::string signal;       // "SEGV"
  bool core_dumped = false;
  std::string cause;  // "exited", "start failed", …, as in the event
  std::string error;  // why it could not be started
  Duration run_time{0};
  Duration cpu{0};
  std::uint64_t peak_memory_bytes = 0;  // 0: not known
  std::string out_of_memory;            // the evidence, a sentence; empty: none was found
  std::string core;                     // where the core dump is, or who got it
  // Earlier abnormal ends of the service, since the record before this, that have no record.
  std::uint64_t left_out = 0;
  std::vector<LastOutput> output;
  bool operator==(const CrashRecord&) const = default;
};

// What the event tells of a run that ended otherwise than asked for or in success_codes: a signal,
// another code, an unknown status, a failed start. Nothing for every other event. What has to be
// looked up (output, memory, core) is still empty.
std::optional<CrashRecord> crash_of(const runtime::Event& event,
                                    const model::RestartPolicy& restart);

// "signal SEGV", "code 2", "start failed", "an unknown status".
std::string ending(const CrashRecord& record);

// One JSON object on one line, the object of docs/control-socket.md. Invalid UTF-8 becomes U+FFFD.
std::string encode(const CrashRecord& record);
// Members that are missing or of another type read as empty; an error when it is no such object.
Result<CrashRecord> decode_crash(std::string_view line);

}  // namespace mainstay::history
