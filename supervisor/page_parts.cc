// The page is connected to the parts that serve it.
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "parts.h"

namespace mainstay {

namespace {

std::string holder_of(std::uint16_t port, const std::vector<process::PortHolder>& holders) {
  for (const auto& holder : holders)
    if (holder.protocol == process::PortProtocol::Tcp)
      return process::describe_holder(port, holder);
  return "";
}

}  // namespace

void Parts::make_page(io::Loop& loop) {
  access.load();
  const model::Ecosystem& declared = controller.ecosystem();
  if (!declared.web) return;
  page.emplace(
      loop, declared.name, *declared.web,
      web::PageLinks{.find_holder =
                         [this](std::uint16_t port, std::function<void(std::string)> found) {
                           usage.find_holders(port, [port, found](const auto& holders) {
                             found(holder_of(port, holders));
                           });
                         },
                     .connect = [this] { return connect_gateway(); },
                     .keep = [this](std::span<const UniqueFd> sockets) { keep_page_(sockets); },
                     .serve = [this] { http.serve(*page); },
                     .set_up = [this] { http.set_up_page(); },
                     .notice = notice_});
  page->set_access(access.access());
  access.on_change([this] { page->set_access(access.access()); });
}

void Parts::serve_page(Inheritance& inherited, process::KeeperClient& keeper) {
  if (drains_) return inherited.drop_page(keeper);
  if (!page) return;
  keep_page_ = [&inherited, &keeper](std::span<const UniqueFd> sockets) {
    inherited.keep_page(keeper, sockets);
  };
  page->begin(inherited.take_page());
}

Result<UniqueFd> Parts::connect_gateway() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return system_error("cannot connect the gateway to the control server", errno);
  server->adopt(UniqueFd{ends[0]});
  return UniqueFd{ends[1]};
}

}  // namespace mainstay
