#include "gateway/front/transport.h"

#include <utility>

namespace mainstay::gateway {

namespace {

// What the kernel holds for a client that does not read (it doubles this).
constexpr int kSendBuffer = 128 * 1024;
// Given to the stream ahead of what the kernel takes.
constexpr std::size_t kAhead = 16 * 1024;
constexpr char kTlsHandshake = 0x16;

}  // namespace

Transport::Transport(io::Loop& loop, UniqueFd socket, std::shared_ptr<const TlsContext> context)
    : stream_(std::make_unique<io::TcpStream>(loop, std::move(socket))) {
  stream_->set_send_buffer(kSendBuffer);
  if (context) tls_.emplace(std::move(context));
}

void Transport::start(Hooks hooks) {
  hooks_ = std::move(hooks);
  read(true);
}

void Transport::read(bool wanted) {
  if (!stream_ || wanted == std::exchange(reading_, wanted)) return;
  if (wanted) {
    stream_->start_reading([this](std::string_view bytes) { receive(bytes); }, [this] { end(); });
  } else {
    stream_->stop_reading();
  }
}

void Transport::receive(std::string_view bytes) {
  const bool first = !std::exchange(heard_, true);
  if (first && tls_ && bytes.front() != kTlsHandshake) {
    tls_.reset();
    hooks_.on_not_tls();
  } else if (tls_) {
    receive_tls(bytes);
  } else {
    hooks_.on_data(bytes);
  }
}

void Transport::receive_tls(std::string_view bytes) {
  std::string plain;
  const bool goes_on = tls_->receive(bytes, plain);
  flush();
  if (!plain.empty()) hooks_.on_data(plain);
  if (goes_on || !stream_) return;
  broken_ = !tls_->ended();
  read(false);
  hooks_.on_end();
}

void Transport::end() {
  reading_ = false;
  broken_ = stream_->lost() || !stream_->peer_address().ok();
  hooks_.on_end();
}

void Transport::write(std::string bytes) {
  if (!stream_ || bytes.empty()) return;
  written_ += bytes.size();
  if (pending_.empty()) {
    pending_ = std::move(bytes);
  } else {
    pending_.erase(0, std::exchange(given_, 0));
    pending_.append(bytes);
  }
  flush();
}

// As much as the kernel will soon take is given to the stream, and no more.
void Transport::flush() {
  if (tls_) send_on(tls_->take_outgoing());
  while (given_ < pending_.size() && stream_->queued_bytes() < kAhead)
    send_on(next_piece());
  if (given_ < pending_.size()) return;
  std::string{}.swap(pending_);
  given_ = 0;
}

std::string Transport::next_piece() {
  if (!tls_) given_ += stream_->try_write(std::string_view{pending_}.substr(given_));
  const std::string_view piece = std::string_view{pending_}.substr(given_, kAhead);
  given_ += piece.size();
  if (!tls_) return std::string{piece};
  tls_->send(piece);
  return tls_->take_outgoing();
}

void Transport::send_on(std::string bytes) {
  if (!bytes.empty()) stream_->write(std::move(bytes), [this] { written(); });
}

void Transport::written() {
  if (stream_->lost()) return end();
  flush();
  if (queued_bytes() > 0) return;
  if (finishing_) finish();
  hooks_.on_drained();
}

void Transport::finish() {
  if (!stream_) return;
  finishing_ = !pending_.empty();
  if (finishing_) return;
  if (tls_) {
    tls_->close();
    send_on(tls_->take_outgoing());
  }
  stream_->shut_down();
}

void Transport::close() {
  // Whoever did not take it until now is not waited for by the kernel either.
  if (queued_bytes() > 0) stream_->drop_unsent_at_close();
  stream_.reset();
  std::string{}.swap(pending_);
  given_ = 0;
}

std::int64_t Transport::taken_bytes() const {
  return static_cast<std::int64_t>(written_) - static_cast<std::int64_t>(queued_bytes());
}

std::size_t Transport::queued_bytes() const {
  return stream_ ? stream_->queued_bytes() + pending_.size() - given_ : 0;
}

std::size_t Transport::held_bytes() const {
  if (!stream_) return 0;
  return stream_->queued_bytes() + (pending_.empty() ? 0 : pending_.capacity());
}

}  // namespace mainstay::gateway
