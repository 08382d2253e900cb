#include "inheritance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/hex.h"
#include "base/sha256.h"
#include "config/diagnostics.h"
#include "config/loader.h"
#include "config_notes.h"
#include "control/socket.h"
#include "keeper/fd_store.h"
#include "process/handover.h"
#include "process/memfd.h"

namespace mainstay {

namespace {

constexpr std::size_t kMaxBundleBytes = 64 * 1024 * 1024;
constexpr std::string_view kPage = "page-";  // and a number

Result<config::Loaded> load_from_memory(int memfd, const config::LoadOptions& options) {
  const auto bytes = read_sources(memfd);
  if (!bytes) return bytes.error();
  const auto bundle = config::SourceBundle::decode(*bytes);
  if (!bundle) return bundle.error();
  return config::load_bundle(*bundle, options);
}

}  // namespace

void Inheritance::take(std::string_view name, UniqueFd fd) {
  if (name == keeper::kHandoverName) {
    handover_ = std::move(fd);
    return;
  }
  if (name == fmt::format("{}config", keeper::kLeftPrefix)) {
    left_config_ = std::move(fd);
    return;
  }
  if (name == fmt::format("{}state", keeper::kLeftPrefix)) {
    left_state_ = std::move(fd);
    return;
  }
  const bool store = name == "state" || name == "losses" || name == "checks" || name == "events";
  const bool page = name.starts_with(kPage);
  const bool note = name == kNextConfigName || name == kRenewalName || name == kFormerConfigName;
  const bool other = name == "config" || name == "control" || name == kLogSinkName;
  if (!store && !page && !note && !other) return;
  kept_[std::string{name}] = duplicate(fd.get());
  if (store) stores_[std::string{name}] = std::move(fd);
  if (page) page_.push_back(std::move(fd));
  if (name == "config") config_ = std::move(fd);
  if (name == "control") control_ = std::move(fd);
  if (name == kLogSinkName) log_sink_ = std::make_shared<const UniqueFd>(std::move(fd));
}

void Inheritance::keep(process::KeeperClient& keeper, const std::string& name, int fd) {
  keeper.store(name, fd);
  kept_[name] = duplicate(fd);
}

void Inheritance::drop(process::KeeperClient& keeper, const std::string& name) {
  if (kept_.erase(name) > 0) keeper.drop(name);
}

std::vector<process::HandedRun> Inheritance::take_handover(
    process::KeeperClient& keeper, const std::function<void(const std::string&)>& notice) {
  if (!handover_) return {};
  auto handover = process::unpack(handover_.get());
  handover_.reset();
  keeper.drop(keeper::kHandoverName);
  if (!handover) {
    notice(handover.error().message);
    return {};
  }
  handed_over_ = true;
  note_ = handover->note;
  for (auto& [name, fd] : handover->descriptors) {
    keeper.store(name, fd.get());
    take(name, std::move(fd));
  }
  return std::move(handover->runs);
}

UniqueFd Inheritance::copy(const std::string& name) const {
  const auto found = kept_.find(name);
  return found == kept_.end() ? UniqueFd{} : duplicate(found->second.get());
}

std::vector<std::pair<std::string, UniqueFd>> Inheritance::copies() const {
  std::vector<std::pair<std::string, UniqueFd>> copies;
  for (const auto& [name, fd] : kept_)
    copies.emplace_back(name, duplicate(fd.get()));
  return copies;
}

// Of a service that is restarted after a crash nobody expects that it stays down because somebody
// was just editing a file.
Result<config::Loaded> Inheritance::load_new(
    const std::filesystem::path& file, const std::function<void(const std::string&)>& notice) {
  const config::LoadOptions options = config::process_load_options();
  config::Loaded loaded = config::load(file, options);
  if (loaded.ecosystem || !left_config_) return loaded;
  auto former = load_from_memory(left_config_.get(), options);
  if (!former || !former->ecosystem) return loaded;
  fmt::print(stderr, "{}", config::render(loaded.diagnostics, isatty(STDERR_FILENO) == 1));
  notice(
      fmt::format("the supervisor had died, and {} has errors now: going on with what was in "
                  "force before",
                  file.string()));
  return former;
}

Result<model::Ecosystem> Inheritance::load_configuration(
    const std::filesystem::path& file, process::KeeperClient& keeper,
    const std::function<void(const std::string&)>& notice) {
  auto loaded = config_ ? load_from_memory(config_.get(), config::process_load_options())
                        : load_new(file, notice);
  if (!loaded) return loaded.error();
  if (!loaded->ecosystem) {
    fmt::print(stderr, "{}", config::render(loaded->diagnostics, isatty(STDERR_FILENO) == 1));
    const std::string first =
        loaded->diagnostics.empty() ? "" : config::headline(loaded->diagnostics[0]);
    return Error{fmt::format("cannot use {}: {}", file.string(), first)};
  }
  const std::string sources = loaded->sources.encode();
  config_hash_ = hash_of(sources);
  config_file_ = loaded->sources.files.empty() ? file : loaded->sources.files[0].path;
  if (!config_) {
    const auto memfd = process::sealed_memfd("mainstay-config", sources);
    if (!memfd) return memfd.error();
    keep(keeper, "config", memfd->get());
  }
  return std::move(*loaded->ecosystem);
}

std::vector<std::pair<std::uint32_t, std::string>> Inheritance::take_left_records(
    process::KeeperClient& keeper) {
  if (!left_config_ && !left_state_) return {};
  for (const char* name : keeper::kLeftNames)
    keeper.drop(fmt::format("{}{}", keeper::kLeftPrefix, name));
  left_config_.reset();
  if (!left_state_) return {};
  const auto store = process::MemfdStateStore::open(std::move(left_state_));
  return store ? store->records() : std::vector<std::pair<std::uint32_t, std::string>>{};
}

template <typename Store>
Result<Store> Inheritance::open_store(const std::string& name, process::KeeperClient& keeper,
                                      const std::function<void(const std::string&)>& on_loss) {
  if (auto former = stores_.extract(name)) {
    auto opened = Store::open(std::move(former.mapped()));
    if (opened) return opened;
    on_loss(fmt::format("the former controller's records ({}) are lost: {}", name,
                        opened.error().message));
  }
  auto created = Store::create();
  if (created) keep(keeper, name, created->fd());
  return created;
}

Result<process::MemfdStateStore> Inheritance::open_state(
    const std::string& name, process::KeeperClient& keeper,
    const std::function<void(const std::string&)>& on_loss) {
  return open_store<process::MemfdStateStore>(name, keeper, on_loss);
}

Result<process::MemfdEventRing> Inheritance::open_events(
    process::KeeperClient& keeper, const std::function<void(const std::string&)>& on_loss) {
  return open_store<process::MemfdEventRing>("events", keeper, on_loss);
}

Result<UniqueFd> Inheritance::open_control_socket(const std::filesystem::path& path,
                                                  process::KeeperClient& keeper) {
  if (control_) return std::move(control_);
  auto made = control::make_control_socket(path);
  if (made) keep(keeper, "control", made->get());
  return made;
}

std::vector<UniqueFd> Inheritance::take_page() {
  return std::exchange(page_, {});
}

void Inheritance::keep_page(process::KeeperClient& keeper, std::span<const UniqueFd> sockets) {
  for (std::size_t i = 0; i < sockets.size(); ++i)
    keep(keeper, fmt::format("{}{}", kPage, i), sockets[i].get());
}

void Inheritance::drop_page(process::KeeperClient& keeper) {
  page_.clear();
  const auto first = kept_.lower_bound(std::string{kPage});
  auto last = first;
  for (; last != kept_.end() && last->first.starts_with(kPage); ++last)
    keeper.drop(last->first);
  kept_.erase(first, last);
}

std::vector<UniqueFd> leave_open(process::KeeperClient& keeper, std::vector<UniqueFd> fds) {
  for (std::size_t i = 0; i < fds.size(); ++i)
    keeper.store(fmt::format("farewell-{}", i), fds[i].get());
  return fds;
}

Result<std::string> read_sources(int memfd) {
  return process::read_memfd(memfd, kMaxBundleBytes);
}

std::string hash_of(std::string_view sources) {
  return to_hex(bytes_of(sha256(sources)));
}

Result<model::Ecosystem> load_configuration_from(int memfd) {
  auto loaded = load_from_memory(memfd, config::process_load_options());
  if (!loaded) return loaded.error();
  if (loaded->ecosystem) return std::move(*loaded->ecosystem);
  return Error{loaded->diagnostics.empty() ? "cannot use the configuration"
                                           : config::headline(loaded->diagnostics[0])};
}

}  // namespace mainstay
