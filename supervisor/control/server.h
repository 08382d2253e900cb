// The control socket: JSON-RPC 2.0, one message a line (docs/control-socket.md). Loop thread only.
//
// Nothing a client does may slow the others or the supervisor: lines, queues, clients and the time
// spent per turn of the loop are bounded, and every answer that takes time is given later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "control/connection.h"
#include "control/context.h"

namespace mainstay::control {

// One connection has the questions of all visitors of the page.
ConnectionLimits limits_of_adopted();

struct ServerOptions {
  unsigned owner_uid =
      0;  // of the supervisor: this user and root are admins, everybody else is refused
  std::size_t clients = limits::kClients;  // see affordable_clients()
  ConnectionLimits connection;
  ConnectionLimits adopted = limits_of_adopted();
  // Spent on requests per turn of the loop; what is left waits for the next one.
  Duration turn_time = std::chrono::milliseconds{10};
  // How often those who wait and asked for it are told what is waited for.
  Duration progress_every = std::chrono::seconds{1};
};

class Server final : private ConnectionOwner {
 public:
  // Takes the listening socket of make_control_socket(). SIGPIPE must be ignored in this process.
  Server(Parts parts, UniqueFd listening, ServerOptions options);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // A connection of the gateway, which asks for the page's visitors: each request of it has "as".
  // It takes no client's place.
  void adopt(UniqueFd connected);

  // After every Controller::settle(): answers what has finished and feeds followers. The cost goes
  // with the requests that wait, not with the services.
  void after_settle();
  // What services use was looked at again.
  void usage_sampled();
  // A log file has grown (Capture::set_on_growth). Cheap when nobody follows it.
  void log_grew(const std::string& file);
  // A log has another name now (Capture::set_on_rotation).
  void log_rotated(const logs::Rotated& rotated);

  std::size_t clients() const;
  // Every answer has been taken: after Controller::finished() and after_settle(), the controller
  // may exit.
  bool drained() const;
  // Duplicates of the connections that asked for the shutdown, also after it was answered. Kept
  // open by the keeper, they tell `ctl down` by their end that the keeper is gone too.
  std::vector<UniqueFd> farewell_descriptors() const;

  // The level of a user; nothing: refused.
  static std::optional<AccessLevel> level_of(unsigned uid, unsigned owner_uid);

 private:
  void on_connection(UniqueFd fd);
  bool make_room();
  void serve_waiting();
  void handle(const Call& call, AccessLevel level, const Request& request) override;
  bool may_serve() override;
  void serve_later() override;
  std::uint64_t next_activity() override { return ++activity_; }
  void gone(std::uint64_t number) override;

  Parts parts_;
  ServerOptions options_;
  std::unique_ptr<Waits> waits_;
  std::unique_ptr<EventStreams> event_streams_;
  std::unique_ptr<LogStreams> log_streams_;
  std::unique_ptr<LogExports> log_exports_;
  std::unique_ptr<ServiceStreams> service_streams_;
  std::unique_ptr<LagMeter> lag_;
  std::unique_ptr<Analyses> analyses_;
  Context context_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t last_number_ = 0;
  std::uint64_t activity_ = 0;
  std::uint64_t served_last_ = 0;  // whose turn it was when time ran out
  Duration spent_{0};              // on requests in this turn
  io::Timer again_;
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace mainstay::control
