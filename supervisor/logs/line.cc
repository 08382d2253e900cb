#include "logs/line.h"

namespace mainstay::logs {

std::vector<Source> sources_of(const std::string& service, const std::string& instance,
                               const std::string& base, const model::LogSpec& spec,
                               std::optional<Stream> only) {
  std::vector<Source> sources;
  for (const Stream stream : kept_streams(spec)) {
    if (only && stream != Stream::Both && stream != *only) continue;
    sources.push_back({service, instance, stream, log_file_name(base, stream), spec.format});
  }
  return sources;
}

}  // namespace mainstay::logs
