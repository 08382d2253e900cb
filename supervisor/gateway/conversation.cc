#include "gateway/conversation.h"

#include <fmt/format.h>

#include <utility>

namespace mainstay::gateway {

namespace {

// Whoever does not read the answers is not asked for more questions.
constexpr std::size_t kMaxUnread = 1024 * 1024;

}  // namespace

Conversation::Conversation(io::Loop& loop, UniqueFd socket, Prober& prober,
                           std::function<void(const std::string&)> on_end)
    : prober_(prober), on_end_(std::move(on_end)), stream_(loop, std::move(socket)) {
  say(checks::GatewayHello{});
  listen();
}

void Conversation::listen() {
  paused_ = false;
  stream_.start_reading([this](std::string_view piece) { on_data(piece); }, [this] { end(""); });
}

void Conversation::on_data(std::string_view piece) {
  frames_.add(piece);
  while (const auto frame = frames_.next()) {
    auto message = checks::decode_frame(*frame);
    if (!message) return end("the controller sent " + message.error().message);
    act(std::move(*message));
    if (ended_) return;
  }
  if (frames_.broken()) end("the controller sent a frame of a length that is not allowed");
}

void Conversation::act(checks::GatewayMessage message) {
  if (const auto* hello = std::get_if<checks::GatewayHello>(&message)) {
    greeted_ = hello->version == checks::kGatewayVersion;
    if (!greeted_)
      end(fmt::format("the controller speaks version {} of the protocol, this gateway {}",
                      hello->version, checks::kGatewayVersion));
  } else if (!greeted_) {
    end("the controller did not say hello");
  } else if (auto* ask = std::get_if<checks::AskHttp>(&message)) {
    prober_.ask(ask->token, std::move(ask->request),
                [this, token = ask->token](checks::HttpOutcome outcome) {
                  say(checks::AnsweredHttp{token, std::move(outcome)});
                });
  } else if (const auto* cancel = std::get_if<checks::CancelHttp>(&message)) {
    prober_.cancel(cancel->token);
  } else if (const auto* setup = std::get_if<checks::SetUpWeb>(&message)) {
    if (on_web_setup_) on_web_setup_(setup->text);
  } else {
    end("the controller sent an answer");
  }
}

void Conversation::say(const checks::GatewayMessage& message) {
  answers_ += checks::encode_frame(message);
}

void Conversation::flush() {
  if (answers_.empty() || ended_) return;
  stream_.write(std::exchange(answers_, {}), [this] {
    if (paused_ && stream_.queued_bytes() <= kMaxUnread) listen();
  });
  if (paused_ || stream_.queued_bytes() <= kMaxUnread) return;
  paused_ = true;
  stream_.stop_reading();
}

void Conversation::end(const std::string& why) {
  flush();
  ended_ = true;
  stream_.stop_reading();
  on_end_(why);
}

}  // namespace mainstay::gateway
