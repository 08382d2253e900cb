#include "unit/ctl/fake_supervisor.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace mainstay::ctl {

Reply result(Json value) {
  Reply reply;
  reply.result = std::move(value);
  return reply;
}

Reply error(int code, std::string message, std::string name) {
  Reply reply;
  reply.error =
      Json{{"code", code}, {"message", std::move(message)}, {"data", {{"code", std::move(name)}}}};
  return reply;
}

FakeSupervisor::FakeSupervisor() {
  std::string name = (std::filesystem::temp_directory_path() / "mainstay-ctl-XXXXXX").native();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  listening_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket().native();
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  REQUIRE(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listening_.get(), 16) == 0);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  stop_read_.reset(ends[0]);
  stop_write_.reset(ends[1]);
  thread_ = std::thread{[this] { serve(); }};
}

FakeSupervisor::~FakeSupervisor() {
  stop_write_.reset();
  thread_.join();
  std::filesystem::remove_all(folder_);
}

void FakeSupervisor::on(const std::string& method, Handler handler) {
  const std::lock_guard lock{mutex_};
  handlers_[method] = std::move(handler);
}

std::vector<Json> FakeSupervisor::requests(const std::string& method) {
  const std::lock_guard lock{mutex_};
  return requests_[method];
}

void FakeSupervisor::serve() {
  for (;;) {
    std::vector<pollfd> watched = {{stop_read_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
    for (const Peer& peer : peers_)
      watched.push_back({peer.fd.get(), POLLIN, 0});
    ::poll(watched.data(), watched.size(), -1);
    if (watched[0].revents != 0) return;
    for (std::size_t i = peers_.size(); i-- > 0;) {
      if (watched[i + 2].revents != 0 && !receive(peers_[i])) {
        peers_.erase(peers_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    if (watched[1].revents != 0) {
      peers_.push_back({UniqueFd{::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)}, {}});
    }
  }
}

bool FakeSupervisor::receive(Peer& peer) {
  std::array<char, 4096> buffer;
  const ssize_t got = ::recv(peer.fd.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  peer.input.append(buffer.data(), static_cast<std::size_t>(got));
  for (std::size_t end; (end = peer.input.find('\n')) != std::string::npos;) {
    const std::string line = peer.input.substr(0, end);
    peer.input.erase(0, end + 1);
    if (!answer(peer, line)) return false;
  }
  return true;
}

bool FakeSupervisor::answer(Peer& peer, const std::string& line) {
  const auto request = parse_trusted_json(line);
  if (!request) return false;
  const Json id = (*request)["id"];
  const Reply reply = reply_to((*request)["method"].get<std::string>(),
                               request->contains("params") ? (*request)["params"] : Json::object());
  std::string out;
  for (const Json& item : reply.items) {
    out +=
        dump_json(Json{
            {"jsonrpc", "2.0"}, {"method", "stream"}, {"params", {{"id", id}, {"item", item}}}}) +
        "\n";
  }
  if (reply.result) {
    out += dump_json(Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", *reply.result}}) + "\n";
  }
  if (reply.error) {
    out += dump_json(Json{{"jsonrpc", "2.0"}, {"id", id}, {"error", *reply.error}}) + "\n";
  }
  ::send(peer.fd.get(), out.data(), out.size(), MSG_NOSIGNAL);
  return !reply.hang_up;
}

Reply FakeSupervisor::reply_to(const std::string& method, const Json& params) {
  Handler handler;
  {
    const std::lock_guard lock{mutex_};
    requests_[method].push_back(params);
    const auto found = handlers_.find(method);
    if (found != handlers_.end()) handler = found->second;
  }
  return handler ? handler(params) : error(-32601, "no such method: " + method, "no_such_method");
}

}  // namespace mainstay::ctl
