// The controller's end of the keeper's socket. Loop thread only; no call blocks: what the socket
// does not take at once waits here. Callbacks come from the loop, never from inside a call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"
#include "keeper/protocol.h"
#include "process/keeper_messages.h"
#include "process/packet_queue.h"

namespace mainstay::process {

// Told about runs (the runner).
// What comes along with a run; each may be empty.
struct RunFds {
  UniqueFd cgroup;         // a cgroup v2 folder to be born in
  UniqueFd notify_socket;  // held with the run, and not given to it
  UniqueFd given;          // descriptor keeper::kGivenNumber of the program
};

class KeeperRuns {
 public:
  virtual ~KeeperRuns() = default;
  // The answer to spawn(), or, before on_all_there, a run of an earlier controller.
  virtual void on_run(KeeperRun run) = 0;
  virtual void on_refused(const KeeperRefusal& refusal) = 0;
  // Once per run and controller; may come before on_run's error pipe was read.
  virtual void on_exit(const KeeperExit& exit) = 0;
};

// Told about everything else (the composition root).
class KeeperHost {
 public:
  virtual ~KeeperHost() = default;
  virtual void on_welcome(const KeeperWelcome& welcome) = 0;
  virtual void on_stored(std::string name, UniqueFd fd) = 0;
  // Every stored descriptor and every held run has been told.
  virtual void on_all_there() = 0;
  // Every exit that the keeper knows of has been told; the answer to pause().
  virtual void on_paused() {}
  // The supervisor is asked to stop, for the `count`th time.
  virtual void on_terminate(int signal, unsigned count) = 0;
  // Somebody wants the ecosystem file applied as it is now; reloaded() with the latest number is
  // the answer.
  virtual void on_reload(std::uint32_t) {}
  // The keeper is gone or talks nonsense; nothing more will come.
  virtual void on_keeper_lost(const Error& why) = 0;
};

class KeeperClient {
 public:
  KeeperClient(io::Loop& loop, UniqueFd socket);
  ~KeeperClient();
  KeeperClient(const KeeperClient&) = delete;
  KeeperClient& operator=(const KeeperClient&) = delete;

  // Says Hello and begins to listen. Both must live as long as the client is used.
  void start(KeeperRuns& runs, KeeperHost& host);

  // `request` is an encoded run request.
  // The label is cut at keeper::kLabelBytes - 1. An error: there is no memory to hand a large one
  // over.
  Status spawn(std::uint64_t token, std::string_view label, std::uint32_t flags,
               std::string_view request, RunFds fds = {});
  // The same with a request that is in a sealed memfd already.
  void spawn(std::uint64_t token, std::string_view label, std::uint32_t flags, UniqueFd request,
             RunFds fds = {});
  // The error pipe was read to its end.
  void settled(std::uint64_t token);
  void release(std::uint64_t token);
  // Sends what settled() and release() said: housekeeping, which no spawn waits for. To be called
  // at the end of a turn of the loop.
  void send_housekeeping();
  // A run that an earlier supervisor left: the keeper holds it from now on, as if it had been told
  // of it by on_run. The descriptors stay the caller's.
  void adopt(const KeeperRun& run);
  // The keeper keeps a duplicate of `fd` for the next controller.
  void store(std::string_view name, int fd);
  void drop(std::string_view name);
  // `cgroup_root`: a folder whose cgroup.kill ends all services, or empty.
  void tell_stop_budget(Duration budget, std::string_view cgroup_root);
  // The keeper reaps nothing from now on, until we have ended.
  void pause();
  // Last words while paused: the keeper runs the program that is installed now in its own place.
  // See keeper::Upgrade.
  void upgrade(UniqueFd handover, UniqueFd reserve, UniqueFd own_program);
  // The answer to a reload: one line, cut at keeper::kFoundBytes - 1.
  void reloaded(std::uint32_t number, std::string_view found);
  // Last words: the keeper starts another controller at once, and takes our end for no crash.
  void replace();
  // Last words: the keeper ends what is left and exits with `code`.
  void finish(int code);
  // A promise to call this again within `within`, or the keeper asks whether we hang. Costs the
  // keeper nothing. Duration{0} withdraws it.
  void keep_alive(Duration within);

  // A token for an auxiliary run, never used before (after on_welcome).
  std::uint64_t next_auxiliary_token();
  // Has every spawn been answered?
  bool idle() const { return unanswered_spawns_ == 0; }
  // Packets that the socket has not taken yet.
  std::size_t queued() const { return queue_.size() + housekeeping_.size(); }

 private:
  template <typename Message>
  void send(const Message& message, std::vector<UniqueFd> fds = {}, std::string_view tail = {});
  void send_spawn(keeper::Spawn message, std::vector<UniqueFd> fds, RunFds more,
                  std::string_view request);
  void flush();
  void on_ready(int readiness);
  void receive();
  bool receive_one();
  void dispatch(KeeperMessage message);
  void lose(const Error& why);

  UniqueFd socket_;
  UniqueFd alive_timer_;
  KeeperRuns* runs_ = nullptr;
  KeeperHost* host_ = nullptr;
  PacketQueue queue_;
  PacketQueue housekeeping_;
  std::uint64_t next_auxiliary_ = keeper::kFirstAuxiliaryToken;
  std::size_t unanswered_spawns_ = 0;
  bool lost_ = false;
  std::unique_ptr<io::FdWatch> watch_;
};

}  // namespace mainstay::process
