// Tells several sinks of every event, in the order in which they were added.
#pragma once

#include <vector>

#include "runtime/ports.h"

namespace mainstay {

class EventFanOut final : public runtime::EventSink {
 public:
  // `sink` outlives this.
  void add(runtime::EventSink& sink) { sinks_.push_back(&sink); }

  void on_event(const runtime::Event& event) override {
    for (runtime::EventSink* sink : sinks_)
      sink->on_event(event);
  }

 private:
  std::vector<runtime::EventSink*> sinks_;
};

}  // namespace mainstay
