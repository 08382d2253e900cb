#include "logs/log_reading.h"

#include <iterator>
#include <utility>

namespace mainstay::logs {

namespace {

// One slice: some milliseconds of a worker, and what a client is sent at once.
constexpr std::uint64_t kSliceBudget = 4 * 1024 * 1024;
constexpr std::size_t kSliceText = 128 * 1024;

}  // namespace

LogReading::LogReading(std::filesystem::path log_dir, std::vector<Source> sources, LogQuery query,
                       LineFilter filter)
    : log_dir_(std::move(log_dir)),
      sources_(std::move(sources)),
      query_(query),
      filter_(std::move(filter)) {}

void LogReading::start(io::Loop& loop, std::function<void()> work, std::function<void()> done) {
  busy_ = true;
  loop.in_worker(std::move(work), [self = shared_from_this(), done = std::move(done)] {
    self->busy_ = false;
    done();
  });
}

void LogReading::read_past(io::Loop& loop, std::function<void()> done) {
  start(
      loop, [self = shared_from_this()] { self->slice(); }, std::move(done));
}

void LogReading::filter(io::Loop& loop, std::vector<Line> lines, std::function<void()> done) {
  const auto work = [self = shared_from_this(),
                     input = std::make_shared<std::vector<Line>>(std::move(lines))] {
    for (Line& line : *input)
      self->filter_.feed(std::move(line), self->lines_);
  };
  start(loop, work, std::move(done));
}

void LogReading::slice() {
  if (!past_) {
    auto directory = Directory::open(log_dir_);
    if (!directory) {
      problems_.push_back(directory.error().message);
      positions_.resize(sources_.size());
      ended_ = true;
      return;
    }
    directory_.emplace(std::move(*directory));
    past_ = std::make_unique<Past>(*directory_, sources_, query_, filter_, ends_);
    archives_ = past_->archives();
  }
  auto slice = past_->read(kSliceBudget, kSliceText);
  std::move(slice.lines.begin(), slice.lines.end(), std::back_inserter(lines_));
  if (slice.ended) finish();
}

void LogReading::finish() {
  ended_ = true;
  positions_ = past_->positions();
  problems_ = past_->problems();
  cut_ = past_->cut();
  past_.reset();
  directory_.reset();
}

}  // namespace mainstay::logs
