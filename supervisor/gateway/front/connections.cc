#include "gateway/front/connections.h"

#include <sys/socket.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/front/connection.h"
#include "gateway/front/refusal_answer.h"
#include "io/clock.h"
#include "io/stream.h"

namespace mainstay::gateway {

namespace {

// Whoever takes nothing of its answer for so long makes room for a newcomer.
constexpr Duration kSlow = std::chrono::seconds{5};

}  // namespace

Connections::Connections(io::Loop& loop, const Limits& limits, RequestHandler handler)
    : loop_(loop),
      limits_(limits),
      handler_(std::move(handler)),
      deadline_(loop, [this] { on_timer(); }),
      turn_(loop, [this] { run_later(); }) {}

Connections::~Connections() {
  for (List& each : lists_)
    while (!each.empty())
      std::shared_ptr {
        each.front().connection
        } -> close();
}

void Connections::admit(UniqueFd socket, std::shared_ptr<const TlsContext> context) {
  const auto peer = io::peer_address_of(socket.get());
  if (!peer) return;  // gone already
  const std::string counted_as = peer->loopback ? "" : peer->network;
  if (!counts(counted_as) || (count_ >= limits_.connections && !make_room()))
    return turn_away(std::move(socket), context != nullptr);
  if (!counted_as.empty()) ++addresses_[counted_as];
  ++count_;
  const Phase phase = context ? Phase::Handshake : Phase::Fresh;
  auto connection =
      std::make_shared<Connection>(*this, loop_, std::move(socket), *peer, std::move(context));
  List& there = list(phase);
  there.push_back({connection, phase, {}, counted_as});
  enter(std::prev(there.end()), phase);
  connection->start(std::prev(there.end()));
}

bool Connections::has_answers() const {
  constexpr std::array kAnswered{Phase::Working, Phase::Streaming, Phase::Behind, Phase::Answering,
                                 Phase::Closing};
  return std::ranges::any_of(
      kAnswered, [this](Phase phase) { return !lists_[static_cast<std::size_t>(phase)].empty(); });
}

bool Connections::counts(const std::string& address) {
  const auto found = addresses_.find(address);
  return found == addresses_.end() || found->second < limits_.per_address;
}

// Of those without a request in work, the one that has been so for longest.
bool Connections::make_room() {
  constexpr std::array kWaiting{Phase::Handshake, Phase::Fresh, Phase::Receiving, Phase::Idle,
                                Phase::Lingering};
  constexpr std::array kStalled{Phase::Answering, Phase::Closing, Phase::Behind};
  Place* longest = nullptr;
  const auto consider = [&](Phase phase) {
    if (list(phase).empty()) return;
    Place& first = list(phase).front();
    if (longest == nullptr || first.since < longest->since) longest = &first;
  };
  std::ranges::for_each(kWaiting, consider);
  if (longest == nullptr) {
    std::ranges::for_each(kStalled, consider);
    if (longest != nullptr && io::read_clocks().mono - longest->since < kSlow) longest = nullptr;
  }
  if (longest == nullptr) return false;
  std::shared_ptr {
    longest->connection
    } -> hang_up();
  return true;
}

// As well as it can be done at once: whoever sends so many is not waited for.
void Connections::turn_away(UniqueFd socket, bool encrypted) {
  if (encrypted) return;
  static const std::string kAnswer = refusal_answer(
      {503, "too_many_connections", "there are too many connections; try again in a moment",
       std::chrono::seconds{1}});
  send(socket.get(), kAnswer.data(), kAnswer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(socket.get(), SHUT_WR);
}

std::optional<Duration> Connections::time_of(Phase phase) const {
  switch (phase) {
    case Phase::Handshake:
      return limits_.handshake_time;
    case Phase::Fresh:
      return limits_.fresh_time;
    case Phase::Receiving:
      return limits_.request_time;
    case Phase::Idle:
      return limits_.idle_time;
    case Phase::Behind:
    case Phase::Answering:
    case Phase::Closing:
      return limits_.stalled_time;
    case Phase::Lingering:
      return limits_.linger_time;
    case Phase::Working:
    case Phase::Streaming:
      break;
  }
  return std::nullopt;
}

void Connections::enter(Seat seat, Phase phase) {
  const MonoTime now = io::read_clocks().mono;
  List& to = list(phase);
  to.splice(to.end(), list(seat->phase), seat);
  seat->phase = phase;
  seat->since = now;
  if (const auto time = time_of(phase)) arm(now + *time, now);
}

// The one timer runs for the earliest deadline, or for one that has been met meanwhile: that costs
// less than to set it anew with every request.
void Connections::arm(MonoTime at, MonoTime now) {
  if (armed_ && *armed_ <= at) return;
  armed_ = at;
  deadline_.start(at - now);
}

void Connections::on_timer() {
  armed_.reset();
  const MonoTime now = io::read_clocks().mono;
  for (std::size_t i = 0; i < kPhases; ++i) {
    const auto time = time_of(static_cast<Phase>(i));
    List& there = lists_[i];
    while (time && !there.empty() && there.front().since + *time <= now)
      std::shared_ptr {
        there.front().connection
        } -> on_deadline();
    if (time && !there.empty()) arm(there.front().since + *time, now);
  }
}

void Connections::later(std::function<void()> callback) {
  if (later_.empty()) turn_.start(Duration{0});
  later_.push_back(std::move(callback));
}

void Connections::run_later() {
  const auto due = std::exchange(later_, {});
  for (const auto& each : due)
    each();
}

bool Connections::may_stream() const {
  const auto count = [this](Phase phase) { return lists_[static_cast<std::size_t>(phase)].size(); };
  return count(Phase::Streaming) + count(Phase::Behind) < limits_.streams;
}

void Connections::account(Seat seat, std::size_t input, std::size_t output) {
  input_ += input - std::exchange(seat->input, input);
  output_ += output - std::exchange(seat->output, output);
  if (shedding_) return;
  shedding_ = true;
  while (input_ > limits_.all_input)
    shed(&Place::input);
  while (output_ > limits_.all_output)
    shed(&Place::output);
  shedding_ = false;
}

// Who holds most is shed, so a client of modest requests never is.
void Connections::shed(std::size_t Place::*held) {
  Place* most = nullptr;
  for (List& each : lists_)
    for (Place& place : each)
      if (most == nullptr || place.*held > most->*held) most = &place;
  if (most != nullptr) std::shared_ptr {
      most->connection
      } -> shed();
}

void Connections::leave(Seat seat) {
  input_ -= seat->input;
  output_ -= seat->output;
  --count_;
  if (const auto found = addresses_.find(seat->counted_as);
      found != addresses_.end() && --found->second == 0)
    addresses_.erase(found);
  // It may be in the middle of a call.
  later([kept = std::move(seat->connection)] {});
  list(seat->phase).erase(seat);
}

}  // namespace mainstay::gateway
