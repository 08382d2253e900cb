// The parts of the controller that exist only once the configuration is known, in the order of
// their construction.
#pragma once

#include <optional>
#include <utility>

#include "control/sampled_usage.h"
#include "control/server.h"
#include "event_fan_out.h"
#include "history/crash_recorder.h"
#include "log_keeping.h"
#include "logs/capture.h"
#include "logs/directory.h"
#include "process/memory_polling.h"
#include "process/sampler.h"
#include "process/state_store.h"
#include "runtime/controller.h"

namespace mainstay {

struct Parts {
  Parts(logs::Directory logs, process::MemfdStateStore store, process::MemfdStateStore lost)
      : directory(std::move(logs)), state(std::move(store)), losses(std::move(lost)) {}

  logs::Directory directory;
  process::MemfdStateStore state;
  process::MemfdStateStore losses;  // of logs
  std::optional<logs::Capture> capture;
  EventFanOut events;
  std::optional<runtime::Controller> controller;
  std::optional<history::CrashRecorder> crashes;
  std::optional<process::Sampler> sampler;
  std::optional<process::MemoryPolling> polling;
  std::optional<control::SampledUsage> usage;
  std::optional<LogKeeping> keeping;
  std::optional<control::Server> server;
};

}  // namespace mainstay
