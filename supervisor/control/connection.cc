#include "control/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "control/service_object.h"

namespace mainstay::control {

Call::Call(std::weak_ptr<Connection> connection, std::string id, std::string who,
           std::optional<OnBehalf> as)
    : connection_(std::move(connection)),
      id_(std::move(id)),
      who_(std::move(who)),
      as_(std::move(as)) {}

bool Call::open() const {
  const auto connection = connection_.lock();
  return connection && connection->is_pending(id_);
}

void Call::answer(std::string_view result) const {
  if (audit_) audit_->end("done");
  if (const auto connection = connection_.lock()) connection->finish(id_, answer_text(id_, result));
}

void Call::fail(const RpcFailure& failure) const {
  if (audit_) audit_->end(failure.error == RpcError::Denied ? "denied" : "failed", failure.message);
  if (const auto connection = connection_.lock()) connection->finish(id_, error_text(id_, failure));
}

void Call::answer_outcomes(const std::vector<runtime::Outcome>& outcomes) const {
  const auto bad = std::ranges::find(outcomes, false, &runtime::Outcome::ok);
  if (audit_ && bad != outcomes.end())
    audit_->end("failed", fmt::format("{}: {}", bad->name, bad->message));
  answer(results_text(outcomes));
}

std::optional<io::Peer> Call::peer() const {
  const auto connection = connection_.lock();
  if (!connection) return std::nullopt;
  const auto peer = connection->peer();
  return peer ? std::optional{*peer} : std::nullopt;
}

void Call::item(std::string_view item) const {
  if (open()) connection_.lock()->send(item_text(id_, item));
}

bool Call::keeps_up() const {
  const auto connection = connection_.lock();
  return connection && !connection->is_busy();
}

bool Call::cancel_other(const std::string& id) const {
  const auto connection = connection_.lock();
  if (!connection || id == id_ || !connection->is_pending(id)) return false;
  connection->finish(id, answer_text(id, R"({"ended":true})"));
  return true;
}

bool Call::is_of_client_of(const Call& other) const {
  const auto connection = connection_.lock();
  return connection && connection == other.connection_.lock();
}

UniqueFd Call::duplicate_socket() const {
  const auto connection = connection_.lock();
  return connection ? connection->duplicate_socket() : UniqueFd();
}

Connection::Connection(io::Loop& loop, UniqueFd fd, std::uint64_t number, ConnectionOwner& owner,
                       const ConnectionLimits& limits)
    : number_(number),
      owner_(owner),
      limits_(limits),
      fd_number_(fd.get()),
      stream_(std::make_unique<io::Stream>(loop, std::move(fd))),
      timer_(loop, [this] { on_timer(); }),
      lines_(limits.request_bytes) {}

void Connection::start(AccessLevel level, const io::Peer& peer) {
  level_ = level;
  who_ = fmt::format("uid {} (pid {})", peer.uid, peer.pid);
  last_activity_ = owner_.next_activity();
  update_reading();
}

void Connection::start_for_others() {
  for_others_ = true;
  level_ = AccessLevel::Operate;
  last_activity_ = owner_.next_activity();
  update_reading();
}

void Connection::on_data(std::string_view bytes) {
  lines_.append(bytes);
  serve();
}

// Whoever closes (or half-closes) his end wants no more: streams and waits end, what was already
// answered is still delivered.
void Connection::on_end() {
  input_ended_ = true;
  serve();
}

void Connection::serve() {
  const auto self = shared_from_this();  // handling a line may end this connection
  while (state_ == State::Open && !is_busy() && lines_.has_line()) {
    if (!owner_.may_serve()) {
      owner_.serve_later();
      break;
    }
    const auto line = lines_.take_line();
    if (line_timer_runs_) timer_.cancel();
    line_timer_runs_ = false;
    handle_line(*line);
  }
  if (state_ != State::Open) return;
  if (lines_.overlong()) {
    dismiss(
        {RpcError::InvalidRequest, "too_long",
         fmt::format("a request may have {} bytes; this one is longer", limits_.request_bytes)});
    return;
  }
  if (input_ended_ && !lines_.has_line()) {
    close_after_flush();
    return;
  }
  update_reading();
}

void Connection::handle_line(const std::string& line) {
  if (line.empty()) return;
  last_activity_ = owner_.next_activity();
  auto parsed = parse_request(line);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
    send(error_text(refusal->id, refusal->failure));
  } else if (auto* request = std::get_if<Request>(&parsed)) {
    accept_request(std::move(*request));
  }
}

void Connection::accept_request(Request request) {
  if (pending_.size() >= limits_.pending) {
    send(error_text(
        request.id,
        {RpcError::Failed, "too_many_requests",
         fmt::format("{} requests of this connection are still being answered; wait for one",
                     pending_.size())}));
    return;
  }
  if (for_others_ != request.as.has_value()) {
    const char* why = for_others_ ? "as: is missing; it says whom this is asked for"
                                  : "as: only the supervisor's own gateway asks for others";
    send(error_text(request.id, {RpcError::InvalidRequest, "invalid_request", why}));
    return;
  }
  if (!pending_.insert(request.id).second) {
    send(error_text(request.id,
                    {RpcError::InvalidRequest, "duplicate_id",
                     fmt::format("id: a request with id {} is still being answered", request.id)}));
    return;
  }
  const AccessLevel level = for_others_ ? std::min(level_, request.as->level) : level_;
  owner_.handle(call_of(request), level, request);
}

Call Connection::call_of(const Request& request) {
  if (!request.as) return {weak_from_this(), request.id, who_};
  const OnBehalf& as = *request.as;
  const std::string who = as.who.empty() ? "somebody" : as.who;
  return {weak_from_this(), request.id,
          as.from.empty() ? who : fmt::format("{} (from {})", who, as.from), as};
}

void Connection::update_reading() {
  const bool wanted = state_ == State::Open && !input_ended_ && !is_busy() && !lines_.has_line();
  if (wanted && !reading_) {
    stream_->start_reading([this](std::string_view bytes) { on_data(bytes); },
                           [this] { on_end(); });
  }
  if (!wanted && reading_) stream_->stop_reading();
  reading_ = wanted;
  watch_line_time();
}

// Runs only while we wait for the client: time that a line lies here because of us does not count.
void Connection::watch_line_time() {
  const bool wanted = reading_ && lines_.has_partial();
  if (wanted && !line_timer_runs_) timer_.start(limits_.line_time);
  if (!wanted && line_timer_runs_) timer_.cancel();
  line_timer_runs_ = wanted;
}

void Connection::on_timer() {
  const auto self = shared_from_this();
  if (state_ == State::Closing) {
    close_now();
    return;
  }
  line_timer_runs_ = false;
  dismiss({RpcError::TimedOut, "timed_out",
           fmt::format("the rest of a request did not come within {}",
                       format_duration(limits_.line_time))});
}

void Connection::on_written() {
  const auto self = shared_from_this();
  if (state_ == State::Closing && queued_bytes() == 0) {
    close_now();
  } else if (state_ == State::Open && !reading_ && !is_busy()) {
    serve();
  }
}

void Connection::finish(const std::string& id, std::string message) {
  if (pending_.erase(id) != 0) send(std::move(message));
}

void Connection::send(std::string message) {
  if (state_ != State::Open) return;
  if (queued_bytes() > limits_.output_bytes) {
    close_now();
    return;
  }
  stream_->write(std::move(message), [this] { on_written(); });
}

void Connection::dismiss(const RpcFailure& why) {
  send(error_text("null", why));
  close_after_flush();
}

void Connection::close_after_flush() {
  if (state_ != State::Open) return;
  state_ = State::Closing;
  pending_.clear();
  update_reading();
  if (queued_bytes() == 0) {
    close_now();
  } else {
    timer_.start(limits_.farewell_time);
  }
}

void Connection::close_now() {
  if (state_ == State::Gone) return;
  state_ = State::Gone;
  pending_.clear();
  timer_.cancel();
  stream_.reset();
  owner_.gone(number_);
}

UniqueFd Connection::duplicate_socket() const {
  return stream_ ? duplicate(fd_number_) : UniqueFd();
}

}  // namespace mainstay::control
