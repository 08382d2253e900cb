// The output of runs, connected once it is known where the logs are.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "process/output_sink.h"

namespace mainstay {

// The runner is built before the configuration, and so before it is known where the logs are.
class LateSink final : public process::OutputSink {
 public:
  void connect(process::OutputSink& sink) { sink_ = &sink; }

  Status ready(const std::string& file_name, const model::LogSpec& spec) override {
    return sink_->ready(file_name, spec);
  }
  void attach(RunId run, const std::string& file_name, const model::LogSpec& spec,
              process::OutputPipes pipes) override {
    sink_->attach(run, file_name, spec, std::move(pipes));
  }
  void drain(RunId run) override { sink_->drain(run); }
  std::vector<UniqueFd> copies_of(RunId run) const override { return sink_->copies_of(run); }
  bool is_open(RunId run) const override { return sink_->is_open(run); }

 private:
  process::OutputSink* sink_ = nullptr;
};

}  // namespace mainstay
