#include "history/last_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "logs/reader.h"

namespace mainstay::history {

namespace {

// More than is kept, because the newest lines may be those of a later run.
constexpr logs::TailLimits kRead{400, 512UL * 1024};

std::string shortened(std::string line) {
  if (line.size() <= kLongestLine) return line;
  const std::size_t size = line.size();
  line.resize(kLongestLine);
  return line + fmt::format(" … ({} bytes)", size);
}

LastOutput output_of(const logs::Source& source, const logs::Tail& tail, WallTime began,
                     WallTime ended) {
  LastOutput output{std::string{logs::to_string(source.stream)}, {}, false};
  std::size_t bytes = 0;
  for (auto line = tail.lines.rbegin(); line != tail.lines.rend(); ++line) {
    if (line->at < began || line->at > ended) continue;
    std::string text = shortened(line->text);
    bytes += text.size() + 1;
    output.cut = output.cut || line->text.size() > kLongestLine;
    if (output.lines.size() == kLastLines || bytes > kLastBytes) {
      output.cut = true;
      break;
    }
    output.lines.push_back(std::move(text));
  }
  std::reverse(output.lines.begin(), output.lines.end());
  return output;
}

}  // namespace

std::vector<LastOutput> last_output(const logs::Directory& directory,
                                    std::span<const logs::Source> sources, WallTime began,
                                    WallTime ended) {
  std::vector<LastOutput> all;
  for (const logs::Source& source : sources) {
    const auto tail = logs::tail(directory, std::span{&source, 1}, kRead);
    LastOutput output = output_of(source, tail, began, ended);
    if (!output.lines.empty()) all.push_back(std::move(output));
  }
  return all;
}

}  // namespace mainstay::history
