#include "control/log_lines.h"

#include <memory>
#include <utility>

#include "base/text.h"

namespace mainstay::control {

std::vector<logs::Source> log_sources(const runtime::Controller& controller,
                                      std::span<const InstanceId> instances,
                                      std::optional<logs::Stream> only, const Now& now) {
  std::vector<logs::Source> sources;
  for (const InstanceId id : instances) {
    const auto status = controller.status(id, now);
    const auto& spec = controller.spec(id);
    const auto base = logs::log_base_name(status.service, spec.instances, status.index);
    auto of_instance = logs::sources_of(status.service, status.name, base, spec.logs, only);
    std::move(of_instance.begin(), of_instance.end(), std::back_inserter(sources));
  }
  return sources;
}

void read_tail(const Parts& parts, std::vector<logs::Source> sources, logs::TailLimits limits,
               std::function<void(logs::Tail)> done) {
  const auto tail = std::make_shared<logs::Tail>();
  parts.loop.in_worker(
      [tail, limits, sources = std::move(sources), path = parts.facts.log_dir] {
        // A directory of its own: the worker shares nothing with the loop.
        const auto directory = logs::Directory::open(path);
        if (directory) *tail = logs::tail(*directory, sources, limits);
        tail->positions.resize(sources.size());
      },
      [tail, done = std::move(done)] { done(std::move(*tail)); });
}

void write_line(JsonWriter& out, const logs::Line& line) {
  out.open_object().key("at").time(line.at).key("service").text(line.service);
  out.key("instance").text(line.instance).key("stream").text(logs::to_string(line.stream));
  out.key("text").text(line.text);
  if (!is_valid_utf8(line.text)) out.key("raw").text(to_base64(line.text));
  if (line.partial) out.key("partial").flag(true);
  if (line.continued) out.key("continued").flag(true);
  if (line.level) out.key("level").text(logs::to_string(*line.level));
  out.close_object();
}

}  // namespace mainstay::control
