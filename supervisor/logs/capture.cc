#include "logs/capture.h"

#include <algorithm>

#include "logs/capture_state.h"
#include "logs/move.h"
#include "logs/names.h"

namespace mainstay::logs {

namespace {

// Where what comes out of one pipe goes.
Destination destination_for(const std::string& base, const model::LogSpec& spec, Stream pipe) {
  const auto kept = kept_streams(spec);
  const Stream stream = spec.merge ? Stream::Both : pipe;
  if (std::find(kept.begin(), kept.end(), stream) == kept.end()) return {};
  Destination destination{log_file_name(base, stream), {}, spec.rotate, spec.on_full};
  if (spec.format != model::LogFormat::Raw) {
    destination.shape = std::make_shared<const LineShape>(
        LineShape{spec.format, base.substr(0, base.find(':')), base, stream});
  }
  return destination;
}

}  // namespace

Capture::Capture(io::Loop& loop, Directory& directory, CaptureOptions options)
    : state_(std::make_unique<State>(loop, directory, std::move(options))) {}

Capture::~Capture() = default;

Status Capture::ready(const std::string& file_name, const model::LogSpec& spec) {
  for (const Stream stream : kept_streams(spec)) {
    const std::string name = log_file_name(file_name, stream);
    auto usable = state_->directory.writable(name);
    if (usable && spec.format != model::LogFormat::Raw) {
      usable = state_->directory.writable(staging_file_name(name));
    }
    if (!usable) return usable;
  }
  return {};
}

void Capture::attach(RunId run, const std::string& file_name, const model::LogSpec& spec,
                     process::OutputPipes pipes) {
  state_->attach(run, destination_for(file_name, spec, Stream::Out), std::move(pipes.out));
  state_->attach(run, destination_for(file_name, spec, Stream::Err), std::move(pipes.err));
}

void Capture::drain(RunId run) {
  const auto found = state_->outputs.find(run);
  if (found == state_->outputs.end()) return;
  found->second.ended = true;
  const std::array<CapturedPipe*, 2> pipes = {found->second.pipes[0].get(),
                                              found->second.pipes[1].get()};
  for (CapturedPipe* pipe : pipes) {
    if (pipe == nullptr) continue;
    // What is in the pipe now, and one pipe more so that its end is seen at once.
    const std::size_t printed = bytes_waiting(pipe->fd.get()) + pipe->held.size();
    pipe->last_words = true;
    state_->serve(*pipe, printed + state_->turn_of(*pipe));
  }
}

void Capture::forget(RunId run) {
  const auto found = state_->outputs.find(run);
  if (found == state_->outputs.end()) return;
  const std::array<CapturedPipe*, 2> pipes = {found->second.pipes[0].get(),
                                              found->second.pipes[1].get()};
  for (CapturedPipe* pipe : pipes) {
    if (pipe != nullptr) state_->close(*pipe);
  }
}

std::vector<UniqueFd> Capture::copies_of(RunId run) const {
  std::vector<UniqueFd> copies;
  const auto found = state_->outputs.find(run);
  if (found == state_->outputs.end()) return copies;
  for (const auto& pipe : found->second.pipes) {
    if (pipe) copies.push_back(duplicate(pipe->fd.get()));
  }
  return copies;
}

bool Capture::is_open(RunId run) const {
  return state_->outputs.contains(run);
}

CaptureCounts Capture::counts() const {
  CaptureCounts counts = state_->counts;
  counts.open_files = state_->logs.count();
  counts.truncations = state_->logs.truncations();
  counts.dropped_bytes = state_->losses.total_bytes();
  counts.dropped_lines = state_->losses.total_lines();
  for (const auto& [run, output] : state_->outputs) {
    if (!output.ended) continue;
    counts.lingering +=
        static_cast<std::size_t>(std::count_if(output.pipes.begin(), output.pipes.end(),
                                               [](const auto& pipe) { return pipe != nullptr; }));
  }
  return counts;
}

const Captured* Capture::captured(const std::string& file) const {
  const auto found = state_->captured.find(file);
  return found == state_->captured.end() ? nullptr : &found->second;
}

std::vector<Trouble> Capture::troubles() const {
  std::vector<Trouble> troubles;
  for (const CapturedPipe* pipe : state_->waiting)
    troubles.push_back(*pipe->trouble);
  return troubles;
}

void Capture::set_on_growth(std::function<void(const std::string& file)> callback) {
  state_->on_growth = std::move(callback);
}

void Capture::set_on_end(std::function<void(RunId)> callback) {
  state_->on_end = std::move(callback);
}

}  // namespace mainstay::logs
