#include "upgrade.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "mainstay/version.h"
#include "process/handover.h"
#include "process/try_program.h"
#include "runtime/records.h"

namespace mainstay {

namespace {

constexpr Duration kProgramPatience = std::chrono::seconds{10};

// "supervisor 0.2.0" → "0.2.0"
std::string version_in(const std::string& output) {
  const auto space = output.find(' ');
  const auto end = output.find('\n');
  return space == std::string::npos ? output : output.substr(space + 1, end - space - 1);
}

Result<std::string> try_installed(const Programs& programs, int config, int state) {
  const auto version =
      process::try_program({programs.keeper.string(), "--version"}, {}, kProgramPatience);
  if (!version) return version.error();
  const auto takes = process::try_program(
      {programs.controller.string(), "--check", "--config-fd=3", "--state-fd=4"}, {config, state},
      kProgramPatience);
  if (!takes) return takes.error();
  return version_in(*version);
}

}  // namespace

Upgrade::Upgrade(io::Loop& loop, process::KeeperClient& keeper, process::ProcessRunner& runner,
                 Inheritance& inherited, Programs programs)
    : loop_(loop),
      keeper_(keeper),
      runner_(runner),
      inherited_(inherited),
      programs_(std::move(programs)) {}

void Upgrade::begin(const std::string& who, Tried tried) {
  if (step_ != Step::None) return tried(Error{"an upgrade is under way already"});
  auto config = inherited_.copy("config");
  auto state = inherited_.copy("state");
  if (!config || !state) return tried(Error{"cannot upgrade: out of file descriptors"});
  step_ = Step::Trying;
  note_ = encode(UpgradeNote{std::string{kVersion}, who});
  const auto result = std::make_shared<Result<std::string>>(std::string{});
  const auto fds =
      std::make_shared<std::pair<UniqueFd, UniqueFd>>(std::move(config), std::move(state));
  loop_.in_worker(
      [result, fds, programs = programs_] {
        *result = try_installed(programs, fds->first.get(), fds->second.get());
      },
      [this, result, tried = std::move(tried)] {
        step_ = *result ? Step::Good : Step::None;
        tried(std::move(*result));
      });
}

bool Upgrade::after_turn(bool drained) {
  if (step_ == Step::Good && keeper_.idle()) {
    keeper_.send_housekeeping();
    keeper_.pause();
    step_ = Step::Pausing;
  }
  if (step_ == Step::Paused && drained) hand_over();
  return step_ == Step::Over;
}

void Upgrade::hand_over() {
  const process::Handover handover{inherited_.copies(), runner_.hand_over(), note_};
  std::size_t left_out = 0;
  auto first = process::pack(handover, left_out);
  auto reserve = process::pack(handover, left_out);
  UniqueFd own{open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
  if (first && reserve) keeper_.upgrade(std::move(*first), std::move(*reserve), std::move(own));
  step_ = Step::Over;
}

std::string encode(const UpgradeNote& note) {
  Encoder out;
  out.text("upgrade");
  out.text(note.from);
  out.text(note.who);
  return out.take();
}

std::optional<UpgradeNote> decode_upgrade_note(std::string_view text) {
  Decoder in{text};
  if (in.text() != "upgrade") return std::nullopt;
  UpgradeNote note{in.text(), in.text()};
  return in.ok() ? std::optional{std::move(note)} : std::nullopt;
}

int check_takeover(int config_fd, int state_fd) {
  const auto config = load_configuration_from(config_fd);
  if (!config) return fmt::print(stderr, "{}\n", config.error().message), 1;
  const auto store = process::MemfdStateStore::open(duplicate(state_fd));
  if (!store) return fmt::print(stderr, "{}\n", store.error().message), 1;
  for (const auto& [slot, record] : store->records()) {
    const bool readable = slot == runtime::kControllerSlot ? runtime::decode_controller(record).ok()
                                                           : runtime::decode_instance(record).ok();
    if (!readable) return fmt::print(stderr, "cannot read record {} of the state\n", slot), 1;
  }
  return 0;
}

}  // namespace mainstay
