#include "unit/gateway/front/rig.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>

#include "io/clock.h"

namespace mainstay::gateway::testing {

namespace {

constexpr Duration kPatience = std::chrono::seconds{30};
constexpr Duration kWake = std::chrono::milliseconds{5};

sockaddr_in ipv4(const std::string& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  REQUIRE(inet_pton(AF_INET, address.c_str(), &out.sin_addr) == 1);
  return out;
}

}  // namespace

std::string ok(std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

Rig::Rig(const Limits& limits, std::shared_ptr<const TlsContext> tls, const std::string& where)
    : address(where), wake_(loop, [this] { wake_.start(kWake); }) {
  signal(SIGPIPE, SIG_IGN);
  answer = [this](std::shared_ptr<Exchange> exchange) { asked.push_back(std::move(exchange)); };
  front = std::make_unique<Front>(
      loop, limits, [this](std::shared_ptr<Exchange> exchange) { answer(std::move(exchange)); });
  listening.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in bound = ipv4(address, 0);
  socklen_t size = sizeof bound;
  REQUIRE(bind(listening.get(), reinterpret_cast<sockaddr*>(&bound), size) == 0);
  REQUIRE(listen(listening.get(), 1024) == 0);
  REQUIRE(getsockname(listening.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0);
  port = ntohs(bound.sin_port);
  front->listen(UniqueFd{dup(listening.get())}, std::move(tls));
  wake_.start(kWake);
}

void Rig::answer_at_once() {
  answer = [](const auto& exchange) { exchange->answer(ok(), false); };
}

void Rig::answer_with_target() {
  answer = [](const auto& exchange) { exchange->answer(ok(exchange->request().target), false); };
}

void Rig::until(const std::function<bool()>& holds) {
  const MonoTime end = io::read_clocks().mono + kPatience;
  while (!holds()) {
    REQUIRE(io::read_clocks().mono < end);
    loop.run_once(true);
  }
}

Peer::Peer(Rig& rig, std::string_view first_words)
    : rig_(rig), socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in to = ipv4(rig.address, rig.port);
  REQUIRE(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  REQUIRE(fcntl(socket_.get(), F_SETFL, O_NONBLOCK) == 0);
  if (!first_words.empty()) send(first_words);
}

Peer::~Peer() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

void Peer::shake_hands() {
  context_ = SSL_CTX_new(TLS_client_method());
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, socket_.get());
  rig_.until([this] { return SSL_connect(ssl_) == 1; });
}

bool Peer::send(std::string_view bytes) {
  bool gone = false;
  rig_.until([&] {
    while (!bytes.empty() && !gone) {
      const auto put = ssl_ != nullptr
                           ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) {
        gone = ssl_ == nullptr && errno != EAGAIN;
        break;
      }
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return bytes.empty() || gone;
  });
  return !gone;
}

bool Peer::receive() {
  std::array<char, 65536> piece;
  const auto got = ssl_ != nullptr ? SSL_read(ssl_, piece.data(), piece.size())
                                   : recv(socket_.get(), piece.data(), piece.size(), 0);
  if (got > 0) {
    received_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }
  const int error = ssl_ != nullptr ? SSL_get_error(ssl_, static_cast<int>(got)) : 0;
  ended_ = ssl_ != nullptr ? error != SSL_ERROR_WANT_READ : got == 0 || errno != EAGAIN;
  return false;
}

std::string Peer::read(std::size_t count) {
  rig_.until([&] {
    while (received_.size() < count && !ended_ && receive())
      continue;
    return received_.size() >= count || ended_;
  });
  std::string out = received_.substr(0, count);
  received_.erase(0, out.size());
  return out;
}

std::string Peer::read_to_end() {
  return read(std::string::npos);
}

std::string Peer::response() {
  constexpr std::string_view kLength = "Content-Length: ";
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = read(1);
    if (byte.empty()) return head;
    head += byte;
  }
  std::size_t length = 0;
  if (const std::size_t at = head.find(kLength); at != std::string::npos)
    std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), length);
  return head + read(length);
}

std::string Peer::ask(std::string_view target) {
  send(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target));
  return response();
}

bool Peer::ended() {
  while (!ended_ && receive())
    continue;
  return ended_;
}

void Peer::end_output() {
  shutdown(socket_.get(), SHUT_WR);
}

void Peer::reset() {
  const linger none{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  socket_.reset();
}

}  // namespace mainstay::gateway::testing
