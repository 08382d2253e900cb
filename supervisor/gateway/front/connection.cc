#include "gateway/front/connection.h"

#include <fmt/format.h>

#include <utility>

#include "base/time.h"

namespace mainstay::gateway {

namespace {

// Of one client in one turn: others want their answers, too, and some answers are dear.
constexpr int kRequestsInARow = 1;
// Less than that is no progress: nobody is so slow.
constexpr std::int64_t kProgress = 4096;

constexpr std::string_view kGo = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(Connections& all, io::Loop& loop, UniqueFd socket, io::PeerAddress peer,
                       std::shared_ptr<const TlsContext> context)
    : all_(all),
      peer_(std::move(peer)),
      transport_(loop, std::move(socket), std::move(context)),
      reader_(all.limits().request) {}

void Connection::start(Connections::Seat seat) {
  seat_ = seat;
  transport_.start(
      {[this](std::string_view bytes) { on_data(bytes); }, [this] { on_end(); },
       [this] { on_drained(); },
       [this] { refuse(bad_request("this port speaks https: begin the address with https://")); }});
}

bool Connection::awaits_request() const {
  return phase() == Phase::Handshake || phase() == Phase::Fresh || phase() == Phase::Receiving ||
         phase() == Phase::Idle;
}

void Connection::enter(Phase phase) {
  taken_ = transport_.taken_bytes();
  all_.enter(seat_, phase);
}

void Connection::on_data(std::string_view bytes) {
  const auto self = shared_from_this();
  if (awaits_request() || phase() == Phase::Working || phase() == Phase::Answering) {
    pending_.append(bytes);
    serve();
  } else {
    discard(bytes.size());
  }
}

// Of a client whose connection ends with the answer that it gets.
void Connection::discard(std::size_t count) {
  discarded_ += count;
  if (discarded_ > all_.limits().lingering_input) hang_up();
}

// A client may end its half and still wait for answers to what it asked; but of a stream it has
// heard enough.
void Connection::on_end() {
  const auto self = shared_from_this();
  input_ended_ = true;
  const bool over =
      phase() == Phase::Streaming || phase() == Phase::Behind || phase() == Phase::Lingering;
  if (transport_.broken() || over) return hang_up();
  serve();
}

void Connection::serve() {
  if (serving_) return;
  const auto self = shared_from_this();
  serving_ = true;
  int left = kRequestsInARow;
  while (!closed_ && awaits_request() && read_ < pending_.size() && left > 0)
    if (serve_one()) --left;
  serving_ = false;
  if (!closed_) settle();
}

// After whatever happened.
void Connection::settle() {
  if (read_ == pending_.size()) {
    std::string{}.swap(pending_);
    read_ = 0;
  } else if (awaits_request() && !std::exchange(to_be_served_, true)) {
    all_.later([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->closed_) return;
      self->to_be_served_ = false;
      self->serve();
    });
  }
  if (input_ended_ && pending_.empty() && awaits_request()) return hang_up();
  transport_.read(!input_ended_ && pending_.empty());
  all_.account(seat_, reader_.held() + pending_.capacity() + request_held_,
               transport_.held_bytes());
}

// True: it was a whole request, or one to be refused.
bool Connection::serve_one() {
  read_ += reader_.take(std::string_view{pending_}.substr(read_));
  if (reader_.refusal()) {
    refuse(*reader_.refusal());
    return true;
  }
  if (reader_.complete()) {
    dispatch();
    return true;
  }
  if (reader_.take_awaits_go()) transport_.write(std::string{kGo});
  if (!reader_.fresh() && phase() != Phase::Receiving) enter(Phase::Receiving);
  return false;
}

void Connection::dispatch() {
  keep_alive_ = reader_.keep_alive();
  WebRequest request = reader_.finish();
  request.address = peer_.address;
  request.port = peer_.port;
  request.loopback = peer_.loopback;
  request.encrypted = transport_.encrypted();
  request_held_ = held_by(request);
  enter(Phase::Working);
  auto exchange = std::make_shared<ClientExchange>(weak_from_this(), std::move(request));
  exchange_ = exchange.get();
  all_.handler()(std::move(exchange));
}

// Swapped, not assigned: a string keeps its room when an empty one is assigned to it.
void Connection::drop_input() {
  std::string{}.swap(pending_);
  read_ = 0;
  RequestReader fresh{all_.limits().request};
  std::swap(reader_, fresh);
}

void Connection::detach_exchange(bool tell) {
  request_held_ = 0;
  if (exchange_ == nullptr) return;
  auto on_gone = std::exchange(exchange_, nullptr)->detach();
  if (tell && on_gone) all_.later(std::move(on_gone));
}

void Connection::answer(std::string response, bool close) {
  if (phase() != Phase::Working) return;
  if (response.size() > all_.limits().answer) {
    return refuse({500, "too_large",
                   fmt::format("the answer has more than {} bytes; ask for less at once",
                               all_.limits().answer)});
  }
  detach_exchange(false);
  if (close || !keep_alive_) return say_last(std::move(response));
  transport_.write(std::move(response));
  enter(transport_.queued_bytes() == 0 ? Phase::Idle : Phase::Answering);
  settle();  // what comes next is handed over later: whoever answers is in the middle of it
}

void Connection::begin(std::string head) {
  if (phase() != Phase::Working) return;
  if (!all_.may_stream()) {
    return refuse({503, "too_many_streams", "there are too many followers; try again in a while",
                   std::chrono::seconds{10}});
  }
  drop_input();
  transport_.write(std::move(head));
  enter(Phase::Streaming);
  if (input_ended_) return hang_up();
  settle();
}

void Connection::push(std::string_view piece) {
  if (phase() != Phase::Streaming && phase() != Phase::Behind) return;
  if (transport_.queued_bytes() + piece.size() > all_.limits().unread_stream) return hang_up();
  transport_.write(std::string{piece});
  if (transport_.queued_bytes() > 0 && phase() == Phase::Streaming) enter(Phase::Behind);
  settle();
}

void Connection::end_stream() {
  if (phase() != Phase::Streaming && phase() != Phase::Behind) return;
  detach_exchange(false);
  say_last({});
}

void Connection::abandon() {
  exchange_ = nullptr;
  if (phase() != Phase::Working) return hang_up();
  refuse({500, "not_answered", "the request was not answered"});
}

void Connection::refuse(const BadRequest& why) {
  detach_exchange(true);
  say_last(refusal_answer(why, reader_.to_head()));
}

// Half of the connection stays open for a while: what the client still sends would else wipe out
// the answer before it was read (RFC 9112, 9.6).
void Connection::say_last(std::string response) {
  drop_input();
  transport_.write(std::move(response));
  transport_.finish();
  enter(transport_.queued_bytes() == 0 ? Phase::Lingering : Phase::Closing);
  if (input_ended_ && phase() == Phase::Lingering) return hang_up();
  settle();
}

void Connection::on_drained() {
  const auto self = shared_from_this();
  if (phase() == Phase::Answering) enter(Phase::Idle);
  if (phase() == Phase::Behind) {
    enter(Phase::Streaming);
    if (exchange_ != nullptr && exchange_->taken()) all_.later(exchange_->taken());
  }
  if (phase() == Phase::Closing) enter(Phase::Lingering);
  if (input_ended_ && phase() == Phase::Lingering) return hang_up();
  settle();  // libuv may tell this many times in one turn
}

void Connection::on_deadline() {
  const bool sends =
      phase() == Phase::Behind || phase() == Phase::Answering || phase() == Phase::Closing;
  if (phase() == Phase::Receiving) {
    refuse({408, "timed_out",
            fmt::format("the rest of the request did not come within {}",
                        format_duration(all_.limits().request_time))});
  } else if (sends && transport_.taken_bytes() >= taken_ + kProgress) {
    enter(phase());
    settle();
  } else {
    hang_up();
  }
}

void Connection::shed() {
  if (phase() != Phase::Receiving) return hang_up();
  refuse({503, "busy", "too much is being sent at once; try again in a moment",
          std::chrono::seconds{1}});
}

void Connection::hang_up() {
  detach_exchange(true);
  close();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  detach_exchange(false);
  drop_input();  // the object may stay to the end of the turn
  transport_.close();
  all_.leave(seat_);
}

}  // namespace mainstay::gateway
