// The gateway's end of its connection to the controller.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "checks/gateway_protocol.h"
#include "gateway/outgoing/prober.h"
#include "io/loop.h"
#include "io/stream.h"

namespace mainstay::gateway {

class Conversation {
 public:
  // Says Hello. `on_end` comes once, when the controller is gone or breaks the protocol; why, if it
  // is worth telling.
  Conversation(io::Loop& loop, UniqueFd socket, Prober& prober,
               std::function<void(const std::string& why)> on_end);
  // Told of each setup of the page (web::setup_from()); without it, setups are ignored.
  void set_on_web_setup(std::function<void(std::string_view text)> callback) {
    on_web_setup_ = std::move(callback);
  }
  // A line for the supervisor's log.
  void notice(std::string text) { say(checks::GatewayNotice{std::move(text)}); }
  // Sends the answers of a turn together: once after each turn of the loop.
  void flush();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

 private:
  void listen();
  void on_data(std::string_view piece);
  void act(checks::GatewayMessage message);
  void say(const checks::GatewayMessage& message);
  void end(const std::string& why);

  Prober& prober_;
  std::function<void(const std::string&)> on_end_;
  std::function<void(std::string_view)> on_web_setup_;
  io::Stream stream_;
  checks::FrameReader frames_{checks::kMaxToGateway};
  std::string answers_;  // of this turn
  bool greeted_ = false;
  bool ended_ = false;
  bool paused_ = false;
};

}  // namespace mainstay::gateway
