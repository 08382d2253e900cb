#include "process/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/time.h"
#include "base/whole_file.h"
#include "io/clock.h"

namespace mainstay::process {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStateFileMagic = "MSTRUN\n";
constexpr std::uint32_t kStateFileVersion = 1;
constexpr std::size_t kMaxBytes = 256UL * 1024 * 1024;

UniqueFd open_directory(const fs::path& path) {
  return UniqueFd{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

// Nothing: there is no such file.
std::optional<Result<SavedState>> read_one(int directory, const std::string& name) {
  const auto bytes = read_file(directory, name, kMaxBytes);
  if (!bytes) return std::nullopt;
  return *bytes ? decode_saved_state(**bytes) : Result<SavedState>{bytes->error()};
}

SavedRun decode_run(Decoder& in) {
  SavedRun run;
  run.run = RunId{in.u64()};
  run.instance = in.text();
  run.pid = static_cast<int>(in.u32());
  run.start_time = in.u64();
  run.out_pipe = in.u64();
  run.err_pipe = in.u64();
  return run;
}

// Runs with a notification descriptor, behind everything else: without any, the file is as it was
// before there were such runs.
void encode_notify(const SavedState& state, Encoder& out) {
  for (std::size_t i = 0; i < state.runs.size(); ++i) {
    if (state.runs[i].notify_pipe == 0) continue;
    out.u32(static_cast<std::uint32_t>(i));
    out.u32(static_cast<std::uint32_t>(state.runs[i].notify_fd));
    out.u64(state.runs[i].notify_pipe);
  }
}

// False: it names a run that is not there.
bool decode_notify(Decoder& in, SavedState& state) {
  while (in.ok() && !in.at_end()) {
    const std::uint32_t at = in.u32();
    if (at >= state.runs.size()) return false;
    state.runs[at].notify_fd = static_cast<int>(in.u32());
    state.runs[at].notify_pipe = in.u64();
  }
  return in.ok();
}

}  // namespace

std::string encode(const SavedState& state) {
  Encoder body;
  body.text(state.boot_id);
  body.flag(state.all_stopped);
  body.u32(static_cast<std::uint32_t>(state.records.size()));
  for (const auto& [slot, record] : state.records) {
    body.u32(slot);
    body.text(record);
  }
  body.u32(static_cast<std::uint32_t>(state.runs.size()));
  for (const SavedRun& run : state.runs) {
    body.u64(run.run.value);
    body.text(run.instance);
    body.u32(static_cast<std::uint32_t>(run.pid));
    body.u64(run.start_time);
    body.u64(run.out_pipe);
    body.u64(run.err_pipe);
  }
  encode_notify(state, body);
  Encoder out;
  out.text(kStateFileMagic);
  out.u32(kStateFileVersion);
  out.u32(crc32_of(body.bytes()));
  return out.take() + body.bytes();
}

Result<SavedState> decode_saved_state(std::string_view bytes) {
  const std::size_t head_size = 4 + kStateFileMagic.size() + 4 + 4;
  Decoder head{bytes.substr(0, head_size)};
  if (head.text() != kStateFileMagic) return Error{"it is no state of a supervisor"};
  if (const auto version = head.u32(); version != kStateFileVersion) {
    return Error{
        fmt::format("it is of version {}, this program reads {}", version, kStateFileVersion)};
  }
  const std::uint32_t crc = head.u32();
  if (!head.ok() || crc32_of(bytes.substr(head_size)) != crc) return Error{"it is damaged"};
  Decoder in{bytes.substr(head_size)};
  SavedState state;
  state.boot_id = in.text();
  state.all_stopped = in.flag();
  for (std::uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    const std::uint32_t slot = in.u32();
    state.records.emplace_back(slot, in.text());
  }
  for (std::uint32_t left = in.u32(); left > 0 && in.ok(); --left)
    state.runs.push_back(decode_run(in));
  if (!in.ok() || !decode_notify(in, state)) return Error{"it is damaged"};
  return state;
}

Status write_state_file(const fs::path& state_dir, std::string_view bytes) {
  const std::string name{kStateFile};
  const auto cannot = [&](const Error& why) {
    return Error{
        fmt::format("cannot save the state to {}: {}", (state_dir / name).string(), why.message),
        why.code};
  };
  const UniqueFd directory = open_directory(state_dir);
  if (!directory) return cannot(system_error("cannot open the directory", errno));
  const Status written = write_generation(directory.get(), name, bytes);
  return written ? written : cannot(written.error());
}

SavedState read_state_file(const fs::path& state_dir,
                           const std::function<void(const std::string&)>& on_notice) {
  const UniqueFd directory = open_directory(state_dir);
  if (!directory) return {};
  for (const std::string& name : {std::string{kStateFile}, earlier_name(std::string{kStateFile})}) {
    auto state = read_one(directory.get(), name);
    if (!state) continue;
    if (*state) return std::move(**state);
    const std::string aside = set_aside(directory.get(), name, io::read_clocks().wall);
    on_notice(fmt::format("cannot use {}: {}; it is kept as {}", (state_dir / name).string(),
                          state->error().message, aside));
  }
  return {};
}

std::string current_boot_id() {
  const UniqueFd file{open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
  char text[64];
  const ssize_t got = file ? read(file.get(), text, sizeof text) : -1;
  std::string id{text, got > 0 ? static_cast<std::size_t>(got) : 0};
  while (!id.empty() && id.back() == '\n')
    id.pop_back();
  return id;
}

}  // namespace mainstay::process
