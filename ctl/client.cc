#include "ctl/client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "mainstay/protocol.h"

namespace mainstay::ctl {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kConnectSeconds = 5;

std::optional<Clock::time_point> deadline_after(Duration timeout) {
  if (timeout == kNoTimeout) return std::nullopt;
  return Clock::now() + timeout;
}

// Milliseconds for poll(2), rounded up so that a wait never ends a moment too early.
int poll_time(const std::optional<Clock::time_point>& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

Failure timed_out() {
  return {Failure::Kind::TimedOut,
          "the supervisor did not answer in time; what was asked for may still happen", 0,
          "timed_out"};
}

Failure cannot_connect(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return {Failure::Kind::Unreachable,
            fmt::format("no supervisor is running: there is no socket {}; start one with 'ctl up'",
                        path),
            0, "unreachable"};
  }
  if (error == ECONNREFUSED) {
    return {Failure::Kind::Unreachable,
            fmt::format("no supervisor is running: nobody answers on {}; start one with 'ctl up'",
                        path),
            0, "unreachable"};
  }
  const auto kind =
      error == EACCES || error == EPERM ? Failure::Kind::Denied : Failure::Kind::Unreachable;
  const bool denied = kind == Failure::Kind::Denied;
  return {kind,
          fmt::format("cannot connect to the control socket {}: {}{}", path, std::strerror(error),
                      denied ? "; only its owner and root may" : ""),
          0, denied ? "denied" : "unreachable"};
}

Failure refused(const Json& error) {
  Failure failure;
  if (error.is_object()) {
    if (const auto it = error.find("code"); it != error.end() && it->is_number_integer()) {
      failure.rpc_code = it->get<int>();
    }
    if (const auto it = error.find("message"); it != error.end() && it->is_string()) {
      failure.message = it->get<std::string>();
    }
    const auto data = error.find("data");
    if (data != error.end() && data->is_object() && data->contains("code") &&
        (*data)["code"].is_string()) {
      failure.code = (*data)["code"].get<std::string>();
    }
  }
  if (failure.message.empty()) failure.message = "the supervisor refused without saying why";
  if (failure.rpc_code == static_cast<int>(RpcError::Denied)) failure.kind = Failure::Kind::Denied;
  return failure;
}

bool is_for(const Json& message, int id) {
  const auto found = message.find("id");
  return found != message.end() && found->is_number_integer() && found->get<int>() == id;
}

// The item of a stream notification for `id`, or nothing.
const Json* item_for(const Json& message, int id) {
  const auto params = message.find("params");
  if (params == message.end() || !params->is_object() || !is_for(*params, id)) return nullptr;
  const auto item = params->find("item");
  return item == params->end() ? nullptr : &*item;
}

std::string request_text(int id, std::string_view method, const Json& params) {
  Json request{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
  if (!params.is_null()) request["params"] = params;
  return dump_json(request) + "\n";
}

}  // namespace

CtlExit Failure::exit_code() const {
  switch (kind) {
    case Kind::Unreachable:
      return CtlExit::Unreachable;
    case Kind::Denied:
      return CtlExit::Denied;
    case Kind::TimedOut:
      return CtlExit::TimedOut;
    case Kind::Interrupted:
    case Kind::Garbled:
      return CtlExit::Failed;
    case Kind::Refused:
      break;
  }
  switch (static_cast<RpcError>(rpc_code)) {
    case RpcError::NotRunning:
      return CtlExit::NotRunning;
    case RpcError::NoSuchTarget:
      return CtlExit::NoSuchTarget;
    case RpcError::Denied:
      return CtlExit::Denied;
    case RpcError::TimedOut:
      return CtlExit::TimedOut;
    case RpcError::InvalidParams:
      return CtlExit::Usage;
    case RpcError::ParseError:
    case RpcError::InvalidRequest:
    case RpcError::MethodNotFound:
    case RpcError::InternalError:
    case RpcError::Failed:
    case RpcError::NotActive:
    case RpcError::TooManyClients:
      break;
  }
  return CtlExit::Failed;
}

Client::Client(std::filesystem::path socket) : socket_(std::move(socket)) {}

std::optional<Failure> Client::connect() {
  if (fd_) return std::nullopt;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = socket_.native();
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Failure{Failure::Kind::Unreachable,
                   fmt::format("cannot connect to the control socket {}: the path has {} bytes, at "
                               "most {} are possible",
                               path, path.size(), sizeof address.sun_path - 1),
                   0, "unreachable"};
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd) return cannot_connect(path, errno);
  // With the queue of new connections full, connect(2) waits for its turn, for as long as this
  // says.
  const timeval patience{kConnectSeconds, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINTR) return cannot_connect(path, errno);
  }
  fd_ = std::move(fd);
  input_.clear();
  scanned_ = 0;
  return std::nullopt;
}

Failure Client::broken(std::string reason) {
  fd_.reset();
  return {Failure::Kind::Unreachable,
          fmt::format("lost the connection to the supervisor: {}", reason), 0, "unreachable"};
}

std::optional<Failure> Client::wait_for(short events, const Deadline& deadline) {
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{fd_.get(), events, 0}, pollfd{interrupt_fd_, POLLIN, 0}};
    const int ready = ::poll(watched.data(), watched.size(), poll_time(deadline));
    if (ready < 0 && errno != EINTR) return broken(std::strerror(errno));
    if (ready == 0) return timed_out();
    if (ready < 0) continue;
    if (watched[1].revents != 0)
      return Failure{Failure::Kind::Interrupted, "interrupted", 0, "interrupted"};
    return std::nullopt;
  }
}

std::optional<Failure> Client::send_all(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    if (auto failure = wait_for(POLLOUT, deadline)) return failure;
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    // A supervisor that refuses us says why and closes: what it said is still there to be read.
    if (errno == EPIPE || errno == ECONNRESET) return std::nullopt;
    if (errno != EAGAIN && errno != EINTR) return broken(std::strerror(errno));
  }
  return std::nullopt;
}

std::optional<Failure> Client::next_line(std::string& line, const Deadline& deadline) {
  for (;;) {
    const auto end = input_.find('\n', scanned_);
    if (end != std::string::npos) {
      line.assign(input_, 0, end);
      input_.erase(0, end + 1);
      scanned_ = 0;
      return std::nullopt;
    }
    scanned_ = input_.size();
    if (auto failure = wait_for(POLLIN, deadline)) return failure;
    std::array<char, 64 * 1024> buffer;
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) input_.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0) return broken("it closed the connection");
    if (got < 0 && errno != EAGAIN && errno != EINTR) return broken(std::strerror(errno));
  }
}

Answer Client::receive(int id, const Deadline& deadline, const OnItem& on_item) {
  std::string line;
  for (;;) {
    if (auto failure = next_line(line, deadline)) return *failure;
    auto parsed = parse_trusted_json(line);
    if (!parsed || !parsed->is_object()) {
      fd_.reset();
      return Failure{Failure::Kind::Garbled,
                     fmt::format("{} does not speak the supervisor's protocol", socket_.native()),
                     0, "garbled"};
    }
    Json& message = *parsed;
    if (const auto error = message.find("error"); error != message.end()) {
      // An error without an id is about the connection: it ends with it.
      if (is_for(message, id) || message["id"].is_null()) return refused(*error);
      continue;
    }
    if (is_for(message, id) && message.contains("result"))
      return Answer{std::move(message["result"])};
    const Json* item = item_for(message, id);
    if (item == nullptr || !on_item || on_item(*item)) continue;
    cancel(id);
    return Answer{Json{{"ended", true}}};
  }
}

Answer Client::call(std::string_view method, Json params, Duration timeout, const OnItem& on_item) {
  if (auto failure = connect()) return *failure;
  const auto deadline = deadline_after(timeout);
  const int id = ++last_id_;
  if (auto failure = send_all(request_text(id, method, params), deadline)) return *failure;
  return receive(id, deadline, on_item);
}

Answer Client::stream(std::string_view method, Json params, const OnItem& on_item) {
  return call(method, std::move(params), kNoTimeout, on_item);
}

// The answers to both the cancel and the stream are skipped by the next request: their ids are not
// its own.
void Client::cancel(int id) {
  static_cast<void>(send_all(request_text(++last_id_, "stream.cancel", Json{{"id", id}}),
                             deadline_after(std::chrono::seconds{1})));
}

bool Client::wait_until_closed(Duration timeout) {
  const auto deadline = deadline_after(timeout);
  std::string line;
  while (fd_) {
    const auto failure = next_line(line, deadline);
    if (failure && failure->kind != Failure::Kind::Unreachable) return false;
  }
  return true;
}

}  // namespace mainstay::ctl
