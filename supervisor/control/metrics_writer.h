// Families of metrics as JSON: {"families":[{"name","type","help","samples":[…]}]}.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "control/json_writer.h"
#include "control/metrics_counts.h"

namespace mainstay::control {

class MetricsWriter {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  MetricsWriter() { out_.open_object().key("families").open_list(); }

  // Samples that follow are of this family. `type`: "gauge", "counter", "histogram".
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(const Labels& labels, double value);
  void flag(const Labels& labels, bool value) { sample(labels, value ? 1 : 0); }
  void histogram(const Labels& labels, const LookCounts& counts);
  std::string take();

 private:
  void open_sample(const Labels& labels);
  void end_family();

  JsonWriter out_;
  bool open_ = false;  // a family
};

}  // namespace mainstay::control
