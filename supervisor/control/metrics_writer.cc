#include "control/metrics_writer.h"

#include <fmt/format.h>

#include <cmath>

namespace mainstay::control {

void MetricsWriter::family(std::string_view name, std::string_view type, std::string_view help) {
  end_family();
  open_ = true;
  out_.open_object().key("name").text(name).key("type").text(type).key("help").text(help);
  out_.key("samples").open_list();
}

void MetricsWriter::end_family() {
  if (open_) out_.close_list().close_object();
  open_ = false;
}

void MetricsWriter::open_sample(const Labels& labels) {
  out_.open_object().key("labels").open_object();
  for (const auto& [name, value] : labels)
    out_.key(name).text(value);
  out_.close_object();
}

// The shortest text that reads as the same number again.
void MetricsWriter::sample(const Labels& labels, double value) {
  if (!std::isfinite(value)) return;
  open_sample(labels);
  out_.key("value").raw(fmt::format("{}", value)).close_object();
}

void MetricsWriter::histogram(const Labels& labels, const LookCounts& counts) {
  open_sample(labels);
  out_.key("buckets").open_list();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kLookBuckets.size(); ++i) {
    sum += counts.within[i];
    out_.open_list().raw(fmt::format("{}", kLookBuckets[i])).raw(fmt::format("{}", sum));
    out_.close_list();
  }
  out_.close_list().key("sum").raw(fmt::format("{}", to_seconds(counts.total)));
  out_.key("count").raw(fmt::format("{}", counts.answered)).close_object();
}

std::string MetricsWriter::take() {
  end_family();
  out_.close_list().close_object();
  return out_.take();
}

}  // namespace mainstay::control
