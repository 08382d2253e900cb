// A supervisor that answers what a test tells it to, on a socket in a folder of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/json.h"

namespace mainstay::ctl {

// What to say to one request: stream items first, then a result or an error; neither: the stream
// stays open. `hang_up` closes the connection after that.
struct Reply {
  std::vector<Json> items;
  std::optional<Json> result;
  std::optional<Json> error;
  bool hang_up = false;
};

Reply result(Json value);
Reply error(int code, std::string message, std::string name);

class FakeSupervisor {
 public:
  using Handler = std::function<Reply(const Json& params)>;

  FakeSupervisor();
  ~FakeSupervisor();
  FakeSupervisor(const FakeSupervisor&) = delete;
  FakeSupervisor& operator=(const FakeSupervisor&) = delete;

  // Before or while it serves; a method without a handler is an error.
  void on(const std::string& method, Handler handler);

  std::filesystem::path socket() const { return folder_ / "control.sock"; }
  const std::filesystem::path& folder() const { return folder_; }
  // The params of every request so far, by method.
  std::vector<Json> requests(const std::string& method);

 private:
  struct Peer {
    UniqueFd fd;
    std::string input;
  };

  void serve();
  bool receive(Peer& peer);
  bool answer(Peer& peer, const std::string& line);
  Reply reply_to(const std::string& method, const Json& params);

  std::filesystem::path folder_;
  UniqueFd listening_;
  UniqueFd stop_read_;
  UniqueFd stop_write_;
  std::mutex mutex_;
  std::map<std::string, Handler> handlers_;
  std::map<std::string, std::vector<Json>> requests_;
  std::vector<Peer> peers_;
  std::thread thread_;
};

}  // namespace mainstay::ctl
