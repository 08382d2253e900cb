#include "gateway/front/front.h"

#include <utility>

namespace mainstay::gateway {

Front::Front(io::Loop& loop, const Limits& limits, RequestHandler handler)
    : loop_(loop), connections_(loop, limits, std::move(handler)) {}

void Front::listen(UniqueFd socket, std::shared_ptr<const TlsContext> context) {
  auto port = std::make_unique<Port>();
  port->context = std::move(context);
  port->listener = std::make_unique<io::Listener>(
      loop_, std::move(socket), [this, port = port.get()](UniqueFd accepted) {
        connections_.admit(std::move(accepted), port->context);
      });
  ports_.push_back(std::move(port));
}

void Front::set_tls(const std::shared_ptr<const TlsContext>& context) {
  for (const auto& port : ports_)
    port->context = context;
}

}  // namespace mainstay::gateway
