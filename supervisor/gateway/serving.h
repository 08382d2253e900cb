// The gateway's incoming half, put together: sockets that listen, who may come in, the API, and the
// connection to the controller's control server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "gateway/access/gate.h"
#include "gateway/api/doorman.h"
#include "gateway/api/router.h"
#include "gateway/api/upstream_rpc.h"
#include "gateway/front/front.h"
#include "io/loop.h"

namespace mainstay::gateway {

class Serving {
 public:
  // `descriptors`: the connection to the control server first, then the sockets that listen
  // (checks/gateway_descriptors.h). `notice` gets lines for the supervisor's log; `on_end` comes
  // once, when the controller is gone, and why if that is worth telling.
  Serving(io::Loop& loop, std::vector<UniqueFd> descriptors, std::size_t max_clients,
          std::function<void(std::string)> notice,
          std::function<void(const std::string& why)> on_end);
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  // The text of a SetUpWeb. Nobody is served before the first.
  void set_up(std::string_view text);
  // Whoever comes from now on is for the next gateway; those who are in are served on.
  void close_doors();
  // The controller is gone, and what it said is with the clients.
  bool has_said_all() const { return upstream_.ended() && !front_.connections().has_answers(); }
  // Sends what the controller was asked: once after each turn of the loop.
  void flush() { upstream_.flush(); }

 private:
  // Passes on what the gate says.
  class GateDoorman final : public Doorman {
   public:
    explicit GateDoorman(Gate& gate) : gate_(gate) {}
    Verdict admit(const WebRequest& request, Need need) override {
      return gate_.admit(request, need);
    }
    void log_in(const WebRequest& request, std::string user, std::string password,
                std::function<void(Verdict)> done) override;
    Verdict log_out(const WebRequest& request) override { return gate_.log_out(request); }
    bool can_log_in() const override { return gate_.can_log_in(); }

   private:
    Gate& gate_;
  };

  GateReports reports();
  void tell(std::string_view method, std::string params);
  void set_up_tls(const web::Setup& setup);
  void listen();

  std::function<void(std::string)> notice_;
  RpcUpstream upstream_;
  Gate gate_;
  GateDoorman doorman_;
  Router router_;
  Front front_;
  std::vector<UniqueFd> listening_;  // until the first setup
  std::shared_ptr<const TlsContext> tls_;
};

}  // namespace mainstay::gateway
