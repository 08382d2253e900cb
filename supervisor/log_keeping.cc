#include "log_keeping.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <utility>

#include "io/clock.h"

namespace mainstay {

namespace {

constexpr Duration kNewsEvery = std::chrono::seconds{10};
// What is deleted of archives each time that a log cannot grow.
constexpr std::uint64_t kRoomAtOnce = 16 * 1024 * 1024;

// The instance whose log that is: of "backend:1.out.log", backend:1.
std::optional<InstanceId> instance_of(const runtime::Controller& controller,
                                      const std::string& log) {
  const auto service = logs::service_of_log(log);
  if (!service) return std::nullopt;
  const bool numbered = log.size() > service->size() && log[service->size()] == ':';
  const std::string rest = numbered ? log.substr(service->size() + 1) : "0.";
  const std::string target = *service + ":" + rest.substr(0, rest.find('.'));
  const auto found = controller.resolve(std::span(&target, 1));
  return found && !found->empty() ? std::optional{found->front()} : std::nullopt;
}

}  // namespace

LogKeeping::LogKeeping(io::Loop& loop, logs::Directory& directory, logs::Capture& capture,
                       runtime::Controller& controller, checks::Engine& checks, OwnLog& own_log)
    : capture_(capture),
      controller_(controller),
      checks_(checks),
      own_log_(own_log),
      archiver_(loop, directory.path(), logs::keep_policy(controller.ecosystem())),
      own_rotation_(
          loop, directory, [this] { archiver_.tidy(); }, [this](const Error& why) { say(why); }) {
  capture_.set_on_rotation([this](const logs::Rotated& rotated) { on_rotation(rotated); });
  capture_.set_on_rotation_failure([this](const Error& why) { say(why); });
  capture_.set_on_dropped([this](const logs::Dropped& dropped) { on_dropped(dropped); });
  archiver_.set_on_trouble([this](const Error& why) { say(why); });
}

LogKeeping::~LogKeeping() {
  capture_.set_on_rotation({});
  capture_.set_on_rotation_failure({});
  capture_.set_on_dropped({});
  capture_.set_make_room({});
  own_log_.set_on_line({});
}

void LogKeeping::begin(control::Server& server) {
  server_ = &server;
  archiver_.begin([this](std::span<const logs::ArchiveName> newest) {
    capture_.begin_rotation(newest);
    own_rotation_.begin(newest);
    own_log_.set_on_line([this] { own_rotation_.look(); });
    capture_.set_make_room([this](std::function<void(std::uint64_t)> done) {
      archiver_.free_space(kRoomAtOnce, std::move(done));
    });
  });
}

void LogKeeping::on_rotation(const logs::Rotated& rotated) {
  checks_.log_rotated(rotated);
  if (server_ != nullptr) server_->log_rotated(rotated);
  if (rotated.cause != logs::RotationCause::Outside) archiver_.tidy();
  if (rotated.cause != logs::RotationCause::Flush) announce(rotated);
}

void LogKeeping::announce(const logs::Rotated& rotated) {
  const MonoTime now = io::read_clocks().mono;
  const auto [position, first] = news_.try_emplace(rotated.file, News{now, 0});
  News& news = position->second;
  if (!first && now - news.at < kNewsEvery) {
    ++news.more;
    return;
  }
  std::map<std::string, std::string> data{{"log", rotated.file},
                                          {"cause", std::string{to_string(rotated.cause)}},
                                          {"bytes", fmt::to_string(rotated.size)}};
  if (!rotated.archive.empty()) data["archive"] = rotated.archive;
  if (news.more > 0) data["times"] = fmt::to_string(news.more + 1);
  news = {now, 0};
  controller_.note(EventKind::LogRotated, instance_of(controller_, rotated.file), std::move(data));
}

void LogKeeping::on_dropped(const logs::Dropped& dropped) {
  std::map<std::string, std::string> data{{"log", dropped.file},
                                          {"since", format_rfc3339(dropped.since)},
                                          {"ended", dropped.ended ? "true" : "false"}};
  if (dropped.ended) {
    data["until"] = format_rfc3339(dropped.until);
    data["bytes"] = fmt::to_string(dropped.bytes);
    data["lines"] = fmt::to_string(dropped.lines);
  }
  controller_.note(EventKind::LogDropped, instance_of(controller_, dropped.file), std::move(data));
}

void LogKeeping::say(const Error& error) {
  own_log_.line(io::read_clocks().wall, error.message);
}

}  // namespace mainstay
