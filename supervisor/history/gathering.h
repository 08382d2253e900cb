// Turns the points of one series, in any order, into what a query asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace mainstay::history {

// What was measured in [at, at + step): peaks are kept.
struct Point {
  WallTime at;
  double mean = 0;
  double max = 0;
};

// What is asked for; times in microseconds.
struct Frame {
  std::int64_t from = 0;
  std::int64_t to = 0;    // not included
  std::int64_t step = 0;  // zero: as it was sampled
  std::size_t most = 1;   // points

  // A step that is not zero is widened until `most` points are enough; `from` and `to` are rounded
  // outwards to its multiples.
  Frame fitted() const;
  // The same with a step even if there was none.
  Frame with_step() const;
};

class Gathering {
 public:
  explicit Gathering(const Frame& frame);

  // `mean` and `max` of `count` samples, at a time inside the frame or not; `count` is above zero.
  void add(std::int64_t at, double mean, double max, std::int64_t count);

  // What the points are apart: zero as long as there are no more than `most` of them.
  std::int64_t step() const { return frame_.step; }
  // Ascending; the gathering is then as it was in the beginning, for the next series.
  std::vector<Point> take();

 private:
  struct Sample {
    std::int64_t at;
    double mean;
    double max;
    std::int64_t count;
  };
  struct Bucket {
    double sum = 0;
    double max = 0;
    std::int64_t count = 0;
  };

  void add_to_bucket(const Sample& sample);
  void begin_buckets();
  std::vector<Point> take_samples();
  std::vector<Point> take_buckets();

  Frame asked_;
  Frame frame_;
  std::vector<Sample> samples_;
  std::vector<Bucket> buckets_;
};

}  // namespace mainstay::history
