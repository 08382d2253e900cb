#include "ctl/boot/host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/fd.h"
#include "base/whole_file.h"

namespace mainstay::ctl::boot {

namespace {

namespace fs = std::filesystem;

// For systemctl and its like, which wait for a system that may be busy.
constexpr Duration kPatience = std::chrono::seconds{60};
constexpr std::size_t kMostText = 1 << 20;

Error cannot(std::string_view what, const fs::path& path) {
  return system_error(fmt::format("cannot {} {}", what, path.native()), errno);
}

Status write_new(const fs::path& path, std::string_view text, mode_t mode) {
  const UniqueFd file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!file) return cannot("make", path);
  const Status written = write_all(file.get(), text);
  if (!written)
    return Error{fmt::format("cannot write {}: {}", path.native(), written.error().message)};
  // Whatever our umask is.
  if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) return cannot("write", path);
  return {};
}

void sync_folder(const fs::path& folder) {
  const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (fd) static_cast<void>(::fsync(fd.get()));
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

}  // namespace

bool Host::exists(std::string_view path) const {
  return ::access(at(path).c_str(), F_OK) == 0;
}

bool Host::is_executable(std::string_view path) const {
  std::error_code error;
  return fs::is_regular_file(at(path), error) && ::access(at(path).c_str(), X_OK) == 0;
}

std::optional<std::string> Host::read(std::string_view path) const {
  const UniqueFd file{::open(at(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file) return std::nullopt;
  auto text = read_all(file.get(), kMostText);
  return text ? std::optional{std::move(*text)} : std::nullopt;
}

Status Host::write(std::string_view path, std::string_view text, mode_t mode) const {
  const fs::path target = at(path);
  const fs::path folder = target.parent_path();
  const fs::path fresh = folder / fmt::format(".{}.{}", target.filename().native(), ::getpid());
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return system_error(fmt::format("cannot create {}", folder.native()), error.value());
  Status written = write_new(fresh, text, mode);
  if (written.ok() && ::rename(fresh.c_str(), target.c_str()) != 0)
    written = cannot("write", target);
  if (!written.ok()) {
    ::unlink(fresh.c_str());
    return written;
  }
  sync_folder(folder);
  return {};
}

Status Host::remove(std::string_view path) const {
  if (::unlink(at(path).c_str()) == 0 || errno == ENOENT) return {};
  return cannot("remove", at(path));
}

bool Host::is_writable_folder(std::string_view path) const {
  std::error_code error;
  fs::path folder = at(path);
  while (!fs::exists(folder, error) && folder.has_relative_path())
    folder = folder.parent_path();
  return fs::is_directory(folder, error) && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

std::optional<Target> Host::native() const {
  if (kernel == "Darwin") return Target::Launchd;
  // sd_booted(3); OpenRC keeps its state there once it has booted.
  if (exists("/run/systemd/system")) return Target::Systemd;
  if (exists("/run/openrc")) return Target::OpenRc;
  return std::nullopt;
}

Host this_host(EnvironmentLookup environment) {
  utsname name{};
  ::uname(&name);
  Host host;
  host.kernel = name.sysname;
  host.as_root = ::geteuid() == 0;
  host.user = user_name();
  host.environment = std::move(environment);
  host.run = [](const std::vector<std::string>& words) { return run_program(words, kPatience); };
  return host;
}

}  // namespace mainstay::ctl::boot
