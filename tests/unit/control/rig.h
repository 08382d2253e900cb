// The real server on a real socket, over the real runtime in a simulated world, with clients that
// misbehave on request. Everything runs on one thread: waiting for a client turns the loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/json.h"
#include "control/history_source.h"
#include "control/server.h"
#include "history/history.h"
#include "io/loop.h"
#include "sim/world.h"
#include "unit/control/temp_folder.h"
#include "web/access_store.h"

namespace mainstay::test {

// backend with a secret, two workers, and a report that nobody starts.
void declare_three(sim::World& world);
// A backend with a port that ends with code 1 after 200 ms.
void declare_crashing(sim::World& world);

class FakeUsage final : public control::UsageSource {
 public:
  const process::TreeUsage* usage_of(InstanceId instance) const override;
  std::vector<std::string> limits_of(InstanceId instance) const override;
  bool has_sample() const override { return sampled; }
  void refresh(std::function<void()> done) override;
  const process::HostUsage* host() const override { return sampled ? &machine : nullptr; }
  std::uint64_t supervisor_memory_bytes() const override { return 9'000'000; }

  process::HostUsage machine;
  std::map<InstanceId, process::TreeUsage> of;
  std::map<InstanceId, std::vector<std::string>> limits;
  bool sampled = true;
  bool holds_back = false;  // refresh() waits for release()
  int refreshes = 0;
  void release();

 private:
  std::vector<std::function<void()>> waiting_;
};

class FakePorts final : public control::PortOracle {
 public:
  void find_holders(std::uint16_t port,
                    std::function<void(std::vector<process::PortHolder>)> done) override;

  std::map<std::uint16_t, std::vector<process::PortHolder>> held;
  std::vector<std::uint16_t> asked;
};

// Answers what it was given for a name; holds nothing back.
class FakeHistory final : public control::HistorySource {
 public:
  void query(history::SeriesQuery query,
             std::function<void(Result<std::vector<history::SeriesAnswer>>)> done) override;
  void latest(history::SeriesKind kind, std::vector<std::string> names,
              std::function<void(Result<std::vector<history::LatestAnswer>>)> done) override;
  void names(history::SeriesKind kind,
             std::function<void(Result<std::vector<std::string>>)> done) override;

  std::map<std::string, std::vector<history::Point>> points;
  std::map<std::string, std::vector<history::LatestValue>> values;
  std::vector<history::SeriesQuery> queries;
  std::optional<Error> broken;
};

class Rig;

// A client of the rig's socket.
class Peer {
 public:
  explicit Peer(Rig& rig);
  // On a connected socket.
  Peer(Rig& rig, UniqueFd connected);

  // As much of it as the socket takes while the loop turns; false: the server closed.
  bool send(std::string_view bytes);
  // Sends a request and waits for its answer; items and other messages that come before are kept.
  Json ask(std::string_view method, Json params = Json::object());
  // Sends a request without waiting; its id.
  int request(std::string_view method, Json params = Json::object());
  // As the gateway does: each request has this member "as".
  void speak_for(Json as) { as_ = std::move(as); }
  Json answer_to(int id);
  // The next message of any kind.
  Json next();
  // The next message, if one comes until the server has nothing to do.
  std::optional<Json> next_if_any();
  // The item of the next stream message of the request.
  Json item_of(int id);
  bool is_closed();                          // waits until it is
  bool is_open() const { return !closed_; }  // as far as was read
  void half_close();
  void close() { fd_.reset(); }
  int fd() const { return fd_.get(); }

 private:
  void receive();
  std::optional<Json> take();

  Rig& rig_;
  UniqueFd fd_;
  std::string input_;
  std::deque<Json> messages_;
  bool closed_ = false;
  int last_id_ = 0;
  std::optional<Json> as_;
};

class Rig {
 public:
  explicit Rig(const std::function<void(sim::World&)>& declare = {},
               control::ServerOptions options = default_options(),
               const std::optional<control::DrainFact>& drain = {});
  ~Rig();

  static control::ServerOptions default_options();

  // Turns the loop until `done`; fails the test when that takes seconds.
  void until(const std::function<bool()>& done);
  // A few turns, for what needs no event from outside.
  void turn();

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path socket_path() const { return folder_.path() / "control.sock"; }
  std::filesystem::path log_dir() const { return folder_.path() / "log"; }
  // The gateway's end of a connection that the server has adopted.
  Peer adopted();
  // Appends to a log as capture would, and tells the server.
  void log(const std::string& file, std::string_view text);

  sim::World world;
  FakeUsage usage;
  FakePorts ports;
  FakeHistory samples;
  std::function<Now()> clock;                           // default: the world's
  Result<std::string> installed{std::string{"0.2.0"}};  // what an upgrade finds
  std::vector<std::string> upgrades;                    // who asked for one

 private:
  TempFolder folder_;
  io::Loop loop_;

 public:
  std::optional<logs::Directory> directory;
  std::optional<logs::Capture> capture;
  std::optional<logs::Archiver> archiver;
  std::optional<history::History> history;
  std::optional<web::AccessStore> access;
  std::unique_ptr<control::Server> server;
};

}  // namespace mainstay::test
