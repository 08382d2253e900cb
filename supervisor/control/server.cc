#include "control/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/analyses.h"
#include "control/event_streams.h"
#include "control/lag.h"
#include "control/log_exports.h"
#include "control/log_streams.h"
#include "control/method.h"
#include "control/service_streams.h"
#include "control/waits.h"

namespace mainstay::control {

ConnectionLimits limits_of_adopted() {
  constexpr std::size_t kOutputBytes = 16 * 1024 * 1024;
  ConnectionLimits limits;
  limits.request_bytes = 2 * limits::kRequestBytes;
  limits.output_bytes = kOutputBytes;
  limits.busy_bytes = kOutputBytes / 4;
  limits.pending = 4096;
  return limits;
}

Server::Server(Parts parts, UniqueFd listening, ServerOptions options)
    : parts_(std::move(parts)),
      options_(options),
      waits_(std::make_unique<Waits>(parts_, options.progress_every)),
      event_streams_(std::make_unique<EventStreams>(parts_)),
      log_streams_(std::make_unique<LogStreams>(parts_, [this] { serve_later(); })),
      log_exports_(std::make_unique<LogExports>(parts_)),
      service_streams_(std::make_unique<ServiceStreams>(parts_)),
      lag_(std::make_unique<LagMeter>(parts_.loop, parts_.clock)),
      analyses_(std::make_unique<Analyses>(parts_)),
      context_{parts_,        *waits_,           *event_streams_, *log_streams_,
               *log_exports_, *service_streams_, *lag_,           *analyses_},
      again_(parts_.loop, [this] { serve_waiting(); }),
      listener_(
          std::make_unique<io::Listener>(parts_.loop, std::move(listening),
                                         [this](UniqueFd fd) { on_connection(std::move(fd)); })) {}

Server::~Server() = default;

std::optional<AccessLevel> Server::level_of(unsigned uid, unsigned owner_uid) {
  if (uid == 0 || uid == owner_uid) return AccessLevel::Admin;
  return std::nullopt;
}

void Server::on_connection(UniqueFd fd) {
  ConnectionOwner& owner = *this;  // the base is private: nobody else sees the server as one
  const auto connection = std::make_shared<Connection>(parts_.loop, std::move(fd), ++last_number_,
                                                       owner, options_.connection);
  const auto peer = connection->peer();
  const auto level = peer ? level_of(peer->uid, options_.owner_uid) : std::nullopt;
  if (!level) {
    connection->dismiss({RpcError::Denied, "denied",
                         "only the owner of the supervisor and root may use its control socket"});
    return;
  }
  if (!make_room()) {
    connection->dismiss({RpcError::TooManyClients, "too_many_clients",
                         fmt::format("{} clients are connected and all are waiting for something; "
                                     "try again when one is done",
                                     options_.clients)});
    return;
  }
  connections_.emplace(last_number_, connection);
  connection->start(*level, *peer);
}

void Server::adopt(UniqueFd connected) {
  ConnectionOwner& owner = *this;
  const auto connection = std::make_shared<Connection>(parts_.loop, std::move(connected),
                                                       ++last_number_, owner, options_.adopted);
  connections_.emplace(last_number_, connection);
  connection->start_for_others();
}

std::size_t Server::clients() const {
  const auto own = [](const auto& entry) { return !entry.second->for_others(); };
  return static_cast<std::size_t>(std::ranges::count_if(connections_, own));
}

// When all places are taken, the client that has been silent for longest goes, unless it waits for
// an answer or a stream: whoever opens connections and leaves them must not lock people out.
bool Server::make_room() {
  if (clients() < options_.clients) return true;
  std::shared_ptr<Connection> quietest;
  for (const auto& [number, connection] : connections_) {
    if (!connection->idle() || connection->for_others()) continue;
    if (!quietest || connection->last_activity() < quietest->last_activity()) quietest = connection;
  }
  if (!quietest) return false;
  connections_.erase(quietest->number());
  quietest->dismiss(
      {RpcError::TooManyClients, "too_many_clients",
       "closed to make room for another client: this connection was the longest idle"});
  return true;
}

void Server::handle(const Call& call, AccessLevel level, const Request& request) {
  const Now before = parts_.clock();
  dispatch(context_, call, level, request);
  spent_ += parts_.clock().mono - before.mono;
}

bool Server::may_serve() {
  return spent_ < options_.turn_time;
}

void Server::serve_later() {
  again_.start(Duration{0});
}

// Goes round, beginning after the client whose turn ended the last round.
void Server::serve_waiting() {
  spent_ = Duration{0};
  std::vector<std::shared_ptr<Connection>> round;
  for (const auto& [number, connection] : connections_)
    round.push_back(connection);
  const auto first = std::find_if(round.begin(), round.end(), [this](const auto& connection) {
    return connection->number() > served_last_;
  });
  std::rotate(round.begin(), first, round.end());
  for (const auto& connection : round) {
    if (!may_serve()) {
      serve_later();
      return;
    }
    served_last_ = connection->number();
    connection->serve();
  }
}

void Server::gone(std::uint64_t number) {
  connections_.erase(number);
}

void Server::after_settle() {
  spent_ = Duration{0};
  waits_->after_settle();
  event_streams_->after_settle();
  log_streams_->after_settle();
  log_exports_->after_settle();
  service_streams_->after_settle();
}

void Server::usage_sampled() {
  service_streams_->sampled();
}

void Server::log_grew(const std::string& file) {
  log_streams_->grew(file);
}

void Server::log_rotated(const logs::Rotated& rotated) {
  log_streams_->rotated(rotated);
}

bool Server::drained() const {
  // A visitor of the page that does not read must not hold up the end.
  return std::all_of(connections_.begin(), connections_.end(), [](const auto& entry) {
    return entry.second->queued_bytes() == 0 || entry.second->for_others();
  });
}

std::vector<UniqueFd> Server::farewell_descriptors() const {
  return waits_->farewell_descriptors();
}

}  // namespace mainstay::control
