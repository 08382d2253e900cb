#include "io/look_up.h"

#include <netdb.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/fd.h"

namespace mainstay::io {

namespace {

std::vector<SocketAddress> addresses_in(const addrinfo* list) {
  std::vector<SocketAddress> out;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    const bool known = at->ai_family == AF_INET || at->ai_family == AF_INET6;
    if (!known || at->ai_addrlen > sizeof(sockaddr_storage)) continue;
    SocketAddress address;
    std::memcpy(&address.bytes, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    out.push_back(address);
  }
  return out;
}

Result<std::vector<SocketAddress>> answer(int status, const addrinfo* list) {
  if (status != 0) return Error{uv_strerror(status)};
  return addresses_in(list);
}

// A datagram socket that is connected has its own address chosen, and nothing is sent (udp(7)).
bool is_unspeakable(const SocketAddress& address) {
  if (address.bytes.ss_family != AF_INET6) return false;
  const UniqueFd fd{socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto* to = reinterpret_cast<const sockaddr*>(&address.bytes);
  return fd && connect(fd.get(), to, address.size) != 0 && errno == EADDRNOTAVAIL;
}

}  // namespace

void leave_out_unspeakable(std::vector<SocketAddress>& addresses) {
  const auto rest = std::stable_partition(addresses.begin(), addresses.end(),
                                          [](const auto& one) { return !is_unspeakable(one); });
  if (rest != addresses.begin()) addresses.erase(rest, addresses.end());
}

// libuv's until its callback has come.
struct LookUp::Request {
  uv_getaddrinfo_t uv{};
  Found found;
  LookUp* owner = nullptr;  // nothing: nobody wants to know any more

  void finish(Result<std::vector<SocketAddress>> result) {
    if (owner == nullptr) return;
    owner->request_ = nullptr;
    found(std::move(result));
  }
};

LookUp::LookUp(Loop& loop, const std::string& name, Found found)
    : request_(new Request{{}, std::move(found), this}) {
  request_->uv.data = request_;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  const auto done = [](uv_getaddrinfo_t* uv, int status, addrinfo* list) {
    const std::unique_ptr<Request> request{static_cast<Request*>(uv->data)};
    auto result = answer(status, list);
    uv_freeaddrinfo(list);
    request->finish(std::move(result));
  };
  const int begun = uv_getaddrinfo(loop.raw(), &request_->uv, done, name.c_str(), nullptr, &hints);
  if (begun == 0) return;
  // No name that could be looked up (too long): said from the loop, like everything else.
  const std::shared_ptr<Request> failed{request_};
  loop.in_worker([] {}, [failed, begun] { failed->finish(Error{uv_strerror(begun)}); });
}

LookUp::~LookUp() {
  if (request_ == nullptr) return;
  request_->owner = nullptr;
  // Fails for one that has begun, which is let finish; and harmlessly for one that was refused.
  if (request_->uv.loop != nullptr) uv_cancel(reinterpret_cast<uv_req_t*>(&request_->uv));
}

}  // namespace mainstay::io
