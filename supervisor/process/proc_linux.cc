#include "process/proc_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace mainstay::process {

namespace {

constexpr std::size_t kEnvironLimit = 256 * 1024;

// "<pid>/<rest>" without the heap.
class ProcPath {
 public:
  ProcPath(int pid, const char* rest) {
    std::snprintf(text_.data(), text_.size(), "%d/%s", pid, rest);
  }
  const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 64> text_{};
};

std::optional<int> to_pid(std::string_view text) {
  int pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

// Calls `visit` with every number among the names of a folder below /proc.
template <typename Visit>
bool for_each_number(int proc, const char* path, Visit visit) {
  const int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  DIR* folder = fdopendir(fd);
  if (folder == nullptr) {
    close(fd);
    return false;
  }
  while (const dirent* entry = readdir(folder)) {
    int number = 0;
    const std::string_view name{entry->d_name};
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) visit(number, dirfd(folder));
  }
  closedir(folder);
  return true;
}

std::uint64_t next_field(std::string_view& left) {
  while (!left.empty() && left.front() == ' ')
    left.remove_prefix(1);
  if (!left.empty() && left.front() == '-') {  // negative: nothing that we use
    left.remove_prefix(1);
    next_field(left);
    return 0;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), value);
  left.remove_prefix(static_cast<std::size_t>(end - left.data()));
  return error == std::errc{} ? value : 0;
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + name.size());
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc{} ? std::optional{number} : std::nullopt;
}

void parse_pids(std::string_view text, std::vector<int>& out) {
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (const auto pid = to_pid(text.substr(0, end))) out.push_back(*pid);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// A keeper of thousands of services has a long list: read to the end, whatever its length.
void read_children(int proc, const char* path, std::vector<int>& out) {
  const UniqueFd file{openat(proc, path, O_RDONLY | O_CLOEXEC)};
  if (!file) return;
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t n = 0; (n = ::read(file.get(), piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  parse_pids(text, out);
}

}  // namespace

std::optional<ProcStat> parse_stat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');  // only numbers follow the name, whatever the name is
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return std::nullopt;
  if (text.size() < close + 4) return std::nullopt;
  const auto pid = to_pid(text.substr(0, open > 0 ? open - 1 : 0));
  if (!pid) return std::nullopt;
  ProcStat stat;
  stat.pid = *pid;
  stat.state = text[close + 2];
  std::string_view left = text.substr(close + 3);
  std::array<std::uint64_t, 21> field{};  // fields 4 (ppid) to 24 (rss)
  for (auto& value : field)
    value = next_field(left);
  stat.ppid = static_cast<int>(field[0]);
  stat.pgrp = static_cast<int>(field[1]);
  stat.session = static_cast<int>(field[2]);
  stat.own_ticks = field[10] + field[11];
  stat.children_ticks = field[12] + field[13];
  stat.threads = field[16];
  stat.start_time = field[18];
  stat.resident_pages = field[20];
  return stat;
}

std::optional<ProcIo> parse_io(std::string_view text) {
  const auto read_asked = number_after(text, "rchar: ");
  const auto write_asked = number_after(text, "wchar: ");
  const auto read = number_after(text, "\nread_bytes: ");
  const auto written = number_after(text, "\nwrite_bytes: ");
  if (!read_asked || !write_asked || !read || !written) return std::nullopt;
  return ProcIo{*read_asked + *write_asked, *read, *written};
}

std::optional<std::string_view> find_in_environ(std::string_view block, std::string_view name) {
  while (!block.empty()) {
    const auto end = block.find('\0');
    if (end == std::string_view::npos) return std::nullopt;  // cut off: its end is unknown
    const auto entry = block.substr(0, end);
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
    block.remove_prefix(end + 1);
  }
  return std::nullopt;
}

Proc::Proc(const char* folder) : proc_(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  const ProcPath own{getpid(), "task"};
  const std::string children =
      std::string{own.c_str()} + "/" + std::to_string(getpid()) + "/children";
  has_children_file_ = faccessat(proc_.get(), children.c_str(), R_OK, 0) == 0;
  struct stat info {};
  fd_size_is_count_ = fstatat(proc_.get(), "self/fd", &info, 0) == 0 && info.st_size > 0;
}

std::string_view Proc::read(const char* path, std::span<char> buffer) const {
  const UniqueFd file{openat(proc_.get(), path, O_RDONLY | O_CLOEXEC)};
  if (!file) return {};
  const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

std::optional<ProcStat> Proc::stat(int pid) const {
  std::array<char, 1024> buffer;
  return parse_stat(read(ProcPath(pid, "stat").c_str(), buffer));
}

std::optional<ProcIo> Proc::io(int pid) const {
  std::array<char, 512> buffer;
  return parse_io(read(ProcPath(pid, "io").c_str(), buffer));
}

bool Proc::children(int pid, std::vector<int>& out) const {
  if (has_children_file_) {
    return for_each_number(proc_.get(), ProcPath(pid, "task").c_str(), [&](int thread, int folder) {
      read_children(folder, ProcPath(thread, "children").c_str(), out);
    });
  }
  std::vector<int> all;
  pids(all);
  for (const int candidate : all) {
    const auto found = stat(candidate);
    if (found && found->ppid == pid) out.push_back(candidate);
  }
  return stat(pid).has_value();
}

std::optional<std::string> Proc::environment_value(int pid, std::string_view name) const {
  const UniqueFd file{openat(proc_.get(), ProcPath(pid, "environ").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return std::nullopt;
  std::string block;
  std::array<char, 8192> piece;
  while (block.size() < kEnvironLimit) {
    const ssize_t n = ::read(file.get(), piece.data(), piece.size());
    if (n <= 0) break;
    block.append(piece.data(), static_cast<std::size_t>(n));
    if (const auto value = find_in_environ(block, name)) return std::string{*value};
  }
  return std::nullopt;
}

std::string Proc::comm(int pid) const {
  std::array<char, 64> buffer;
  auto text = read(ProcPath(pid, "comm").c_str(), buffer);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return std::string{text};
}

std::string Proc::cgroups(int pid) const {
  std::array<char, 8192> buffer;
  return std::string{read(ProcPath(pid, "cgroup").c_str(), buffer)};
}

std::uint32_t Proc::open_files(int pid) const {
  const ProcPath path{pid, "fd"};
  if (fd_size_is_count_) {
    struct stat info {};
    if (fstatat(proc_.get(), path.c_str(), &info, 0) != 0) return 0;
    return static_cast<std::uint32_t>(info.st_size);
  }
  std::uint32_t count = 0;
  for_each_number(proc_.get(), path.c_str(), [&](int, int) { ++count; });
  return count;
}

void Proc::pids(std::vector<int>& out) const {
  out.clear();
  for_each_number(proc_.get(), ".", [&](int pid, int) { out.push_back(pid); });
  std::sort(out.begin(), out.end());
}

void Proc::list_sockets(int pid, std::vector<std::uint64_t>& out) const {
  for_each_number(proc_.get(), ProcPath(pid, "fd").c_str(), [&](int number, int folder) {
    std::array<char, 64> target;
    std::array<char, 16> name;
    std::snprintf(name.data(), name.size(), "%d", number);
    const ssize_t n = readlinkat(folder, name.data(), target.data(), target.size());
    std::string_view link{target.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    if (!link.starts_with("socket:[")) return;
    link.remove_prefix(8);
    std::uint64_t inode = 0;
    std::from_chars(link.data(), link.data() + link.size(), inode);
    out.push_back(inode);
  });
}

}  // namespace mainstay::process
