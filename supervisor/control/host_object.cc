#include "control/host_object.h"

#include <cstdint>
#include <string_view>

namespace mainstay::control {

namespace {

JsonWriter& bytes(JsonWriter& out, std::uint64_t count) {
  return out.whole(static_cast<std::int64_t>(count));
}

struct Names {
  std::string_view memory;
  std::string_view load;
};

void write(JsonWriter& out, const process::HostUsage* host, const Names& names) {
  if (host == nullptr) {
    out.null();
    return;
  }
  out.open_object().key("cpu_percent");
  host->cpu_percent ? out.number(*host->cpu_percent, 1) : out.null();
  const bool has_memory = host->memory_total_bytes > 0;
  out.key("memory_used_bytes");
  has_memory ? bytes(out, host->memory_used_bytes) : out.null();
  out.key(names.memory);
  has_memory ? bytes(out, host->memory_total_bytes) : out.null();
  out.key(names.load);
  host->load_average ? out.number(*host->load_average, 2) : out.null();
  out.key("uptime_seconds").seconds(host->uptime).key("disks").open_list();
  for (const auto& disk : host->disks) {
    out.open_object().key("mount").text(disk.mount);
    bytes(out.key("used_bytes"), disk.used_bytes);
    bytes(out.key("total_bytes"), disk.total_bytes).close_object();
  }
  out.close_list().close_object();
}

}  // namespace

void write_host(JsonWriter& out, const process::HostUsage* host) {
  write(out, host, {"memory_total_bytes", "load_average"});
}

void write_host_in_brief(JsonWriter& out, const process::HostUsage* host) {
  write(out, host, {"memory_bytes", "load1"});
}

}  // namespace mainstay::control
