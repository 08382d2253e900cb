// The front on a real socket, and clients of it, in one thread: whoever waits lets the loop turn.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "gateway/front/front.h"
#include "io/loop.h"

namespace mainstay::gateway::testing {

// The usual request.
inline const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// A small whole response.
std::string ok(std::string_view body = "ok\n");

class Rig {
 public:
  // `address`: an IPv4 one of this machine.
  explicit Rig(const Limits& limits = {}, std::shared_ptr<const TlsContext> tls = nullptr,
               const std::string& address = "127.0.0.1");

  // Lets the loop turn until it holds; fails the test when it never does.
  void until(const std::function<bool()>& holds);

  // Answers everything from now on: ok(), or with what was asked for.
  void answer_at_once();
  void answer_with_target();

  io::Loop loop;
  // What was asked and not answered by `answer`, which may be replaced.
  std::vector<std::shared_ptr<Exchange>> asked;
  RequestHandler answer;
  UniqueFd listening;  // what `front` has a duplicate of
  std::unique_ptr<Front> front;
  std::string address;
  std::uint16_t port = 0;

 private:
  io::Timer wake_;
};

class Peer {
 public:
  explicit Peer(Rig& rig, std::string_view first_words = {});
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void shake_hands();  // TLS from here on
  // False: the front has hung up meanwhile.
  bool send(std::string_view bytes);
  // What was sent so far, whatever has come: at least `count` bytes, or everything up to the end.
  std::string read(std::size_t count);
  std::string read_to_end();
  // One response with its body, by its Content-Length.
  std::string response();
  std::string ask(std::string_view target);
  // The other side has ended, and everything is read.
  bool ended();
  void end_output();
  void reset();  // hangs up the rude way

 private:
  // More into received_; false: there is none now.
  bool receive();

  Rig& rig_;
  UniqueFd socket_;
  std::string received_;
  bool ended_ = false;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

}  // namespace mainstay::gateway::testing
