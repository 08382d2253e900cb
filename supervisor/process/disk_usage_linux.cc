// statvfs(3), proc_pid_mountinfo(5).
#include <fcntl.h>
#include <poll.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "base/fd.h"
#include "process/host_usage.h"
#include "process/mounts_linux.h"

namespace mainstay::process {

namespace {

std::optional<DiskUsage> look_at(const std::string& folder) {
  struct statvfs found {};
  if (statvfs(folder.c_str(), &found) != 0 || found.f_blocks == 0) return std::nullopt;
  const std::uint64_t block = found.f_frsize;
  return DiskUsage{folder, (found.f_blocks - std::min(found.f_blocks, found.f_bfree)) * block,
                   found.f_blocks * block};
}

}  // namespace

struct DiskReader::State {
  explicit State(std::vector<std::filesystem::path> wanted) : places(std::move(wanted)) {}

  bool has_changed() const;
  void find_folders();
  void resolve();
  std::string text() const;

  std::vector<std::filesystem::path> places;
  bool resolved = false;
  UniqueFd mountinfo{open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)};
  std::vector<std::string> folders;
};

// The kernel says so once after each change: a question costs nothing while nothing is mounted.
bool DiskReader::State::has_changed() const {
  pollfd question{mountinfo.get(), POLLPRI, 0};
  return poll(&question, 1, 0) > 0 && (question.revents & POLLPRI) != 0;
}

std::string DiskReader::State::text() const {
  std::string text;
  if (lseek(mountinfo.get(), 0, SEEK_SET) != 0) return text;
  std::array<char, 4096> piece;
  for (ssize_t n = 0; (n = ::read(mountinfo.get(), piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(n));
  return text;
}

// The places are ours and stay where they are; links in their paths are followed once.
void DiskReader::State::resolve() {
  for (auto& place : places) {
    std::error_code ignored;
    auto real = std::filesystem::weakly_canonical(place, ignored);
    if (!ignored) place = std::move(real);
  }
  resolved = true;
}

void DiskReader::State::find_folders() {
  if (!resolved) resolve();
  folders.clear();
  const auto mounts = parse_mounts(text());
  std::set<std::string> seen;
  for (const auto& place : places) {
    const Mount* mount = mount_of(mounts, place.native());
    if (mount != nullptr && !may_hang(*mount) && seen.insert(mount->device).second)
      folders.push_back(mount->folder);
  }
}

DiskReader::DiskReader(std::vector<std::filesystem::path> places)
    : state_(std::make_unique<State>(std::move(places))) {}
DiskReader::~DiskReader() = default;

std::vector<DiskUsage> DiskReader::read() {
  const bool changed = state_->has_changed();
  if (changed || !state_->resolved) state_->find_folders();
  std::vector<DiskUsage> disks;
  for (const auto& folder : state_->folders) {
    if (auto disk = look_at(folder)) disks.push_back(std::move(*disk));
  }
  return disks;
}

}  // namespace mainstay::process
