#include "history/gathering.h"

#include <algorithm>
#include <array>

#include "history/span.h"

namespace mainstay::history {

namespace {

// Steps that people read easily, in seconds.
constexpr std::array<std::int64_t, 18> kGatheringSpans = {
    1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800};
constexpr std::int64_t kSecond = 1'000'000;

// The first of them that is no shorter, or whole weeks.
std::int64_t readable_step(std::int64_t least) {
  for (const std::int64_t seconds : kGatheringSpans) {
    if (seconds * kSecond >= least) return seconds * kSecond;
  }
  const std::int64_t week = kGatheringSpans.back() * kSecond;
  return (least + week - 1) / week * week;
}

Frame rounded(Frame frame) {
  frame.from = floor_to(frame.from, frame.step);
  frame.to = floor_to(frame.to + frame.step - 1, frame.step);
  return frame;
}

std::int64_t buckets_of(const Frame& frame) {
  return std::max<std::int64_t>((frame.to - frame.from) / frame.step, 1);
}

}  // namespace

Frame Frame::fitted() const {
  return step == 0 ? *this : with_step();
}

Frame Frame::with_step() const {
  const auto points = static_cast<std::int64_t>(std::max<std::size_t>(most, 1));
  Frame wide = *this;
  if (step > 0) wide = rounded(*this);
  if (step > 0 && buckets_of(wide) <= points) return wide;
  // One point is lost at most where the step does not begin at `from`, and one at `to`.
  const std::int64_t parts = std::max<std::int64_t>(points - 1, 1);
  wide = *this;
  wide.step = readable_step(std::max((to - from + parts - 1) / parts, step));
  return rounded(wide);
}

Gathering::Gathering(const Frame& frame) : asked_(frame.fitted()), frame_(asked_) {
  if (frame_.step > 0) buckets_.resize(static_cast<std::size_t>(buckets_of(frame_)));
}

void Gathering::add(std::int64_t at, double mean, double max, std::int64_t count) {
  if (at < frame_.from || at >= frame_.to) return;
  const Sample sample{at, mean, max, count};
  if (frame_.step > 0) return add_to_bucket(sample);
  samples_.push_back(sample);
  if (samples_.size() > frame_.most) begin_buckets();
}

void Gathering::begin_buckets() {
  frame_ = frame_.with_step();
  buckets_.resize(static_cast<std::size_t>(buckets_of(frame_)));
  for (const Sample& sample : samples_)
    add_to_bucket(sample);
  samples_.clear();
}

void Gathering::add_to_bucket(const Sample& sample) {
  Bucket& bucket = buckets_[static_cast<std::size_t>((sample.at - frame_.from) / frame_.step)];
  bucket.max = bucket.count == 0 ? sample.max : std::max(bucket.max, sample.max);
  bucket.sum += sample.mean * static_cast<double>(sample.count);
  bucket.count += sample.count;
}

std::vector<Point> Gathering::take() {
  std::vector<Point> points = frame_.step > 0 ? take_buckets() : take_samples();
  frame_ = asked_;
  samples_.clear();
  buckets_.assign(frame_.step > 0 ? buckets_.size() : 0, {});
  return points;
}

std::vector<Point> Gathering::take_samples() {
  const auto earlier = [](const Sample& a, const Sample& b) { return a.at < b.at; };
  if (!std::is_sorted(samples_.begin(), samples_.end(), earlier))
    std::stable_sort(samples_.begin(), samples_.end(), earlier);
  std::vector<Point> points;
  points.reserve(samples_.size());
  for (const Sample& sample : samples_)
    points.push_back({wall_of(sample.at), sample.mean, sample.max});
  return points;
}

std::vector<Point> Gathering::take_buckets() {
  std::vector<Point> points;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    const Bucket& bucket = buckets_[i];
    if (bucket.count == 0) continue;
    points.push_back({wall_of(frame_.from + static_cast<std::int64_t>(i) * frame_.step),
                      bucket.sum / static_cast<double>(bucket.count), bucket.max});
  }
  return points;
}

}  // namespace mainstay::history
