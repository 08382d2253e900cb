// The keeper's end of the talk with one controller after the other: acts on what it asks, and tells
// it what it has to know, from the table, whenever the socket takes it.
#pragma once

#include <cstdint>

#include "keeper/child.h"
#include "keeper/foreign.h"
#include "keeper/service_manager.h"
#include "keeper/socket.h"
#include "keeper/store.h"
#include "keeper/table.h"

namespace mainstay::keeper {

// What controllers have asked of the keeper as a whole.
struct Wishes {
  std::uint32_t stop_budget_ms = 10'000;
  char cgroup_root[kPathBytes] = {};
  bool finish = false;
  int finish_code = 0;
  bool ready = false;    // the controller has taken over
  bool paused = false;   // nothing is to be reaped but the controller
  bool replace = false;  // the controller makes room for the next one
  bool upgrade = false;
  int handover = -1;  // with upgrade
  int reserve = -1;
  int old_controller = -1;  // its program
};

// CLOCK_MONOTONIC.
std::int64_t now_ns();

class Link {
 public:
  Link(Table& table, ForeignRuns& foreign, const Inheritance& inherited, ServiceManager& manager)
      : table_(table), foreign_(foreign), inherited_(inherited), manager_(manager) {}

  // Keeps a descriptor for controllers, as if one had stored it; takes `fd`.
  void hold(const char* name, int fd) { store_.store(name, fd); }
  // Talks to a new controller from now on; takes both descriptors.
  void open(int socket, int alive_timer, std::uint32_t generation);
  void close();
  int socket() const { return socket_; }
  int alive_timer() const { return alive_timer_; }
  bool greeted() const { return greeted_; }
  const Wishes& wishes() const { return wishes_; }

  // Reads what has come, a bounded number of packets.
  void receive();
  // Sends what is due. wants_to_send() tells afterwards whether the socket took all.
  void pump();
  // A run that has just been forked gets a head start: told of it, the controller would take the
  // processor from it before it has even begun. Until when (CLOCK_MONOTONIC, ns); 0: no wait.
  std::int64_t head_start_ends() const { return head_start_ends_; }
  void end_head_start() { head_start_ends_ = 0; }
  bool wants_to_send() const { return blocked_; }
  bool wants_to_receive() const { return !refusal_due_; }

  // The end of a pause and of a replacement, and of an upgrade that did not come about.
  void resume();
  void terminate(int signal, std::uint32_t count);
  // Has the controller look at its file; the next one, too, until one has answered.
  void reload();
  bool reloads() const { return reloads_; }
  // What the last reload has found, as one line; empty before.
  const char* found() const { return found_; }
  // Asks for a sign of life. unanswered_since() tells since when nothing came although something
  // was sent, as CLOCK_MONOTONIC in ns, or 0.
  void ping();
  bool pinged() const { return pinged_; }
  std::int64_t unanswered_since() const { return unanswered_since_; }
  // Forgets the suspicion, as when a debugger holds the controller.
  void forgive() { heard(); }

 private:
  void act(Packet& packet);
  void on_hello(const Hello& hello);
  void on_spawn(const Spawn& spawn, Packet& packet);
  void on_upgrade(Packet& packet);
  void on_adopt(const Adopt& adopt, Packet& packet);
  void on_store(const Store& store, Packet& packet);
  void on_drop(const Drop& drop);
  void on_release(std::uint64_t token);
  void on_settled(std::uint64_t token);
  void on_budget(const StopBudget& budget);
  void on_reloaded(const Reloaded& reloaded);
  void complain(const char* about);
  void heard();

  template <typename Message>
  bool tell(const Message& message, const int* fds = nullptr, std::size_t count = 0);
  bool tell_welcome();
  bool tell_stored();
  bool in_head_start();
  bool tell_runs();
  bool tell_run(Slot& slot);
  bool tell_rest();

  Table& table_;
  ForeignRuns& foreign_;
  const Inheritance& inherited_;
  ServiceManager& manager_;
  DescriptorStore store_;
  Wishes wishes_;
  int socket_ = -1;
  int alive_timer_ = -1;
  std::uint32_t generation_ = 0;
  std::uint64_t largest_token_ = 0;
  std::uint64_t largest_auxiliary_ = 0;
  std::int64_t started_ns_ = 0;
  std::int64_t head_start_ends_ = 0;

  bool greeted_ = false;
  bool blocked_ = false;
  bool welcome_due_ = false;
  std::size_t next_stored_ = 0;
  bool all_there_due_ = false;
  bool refusal_due_ = false;
  Refused refusal_;
  bool terminate_due_ = false;
  Terminate terminate_;
  bool paused_due_ = false;
  bool reload_due_ = false;
  bool reloads_ = false;
  std::uint32_t reload_number_ = 0;
  char found_[kFoundBytes] = {};
  bool ping_due_ = false;
  bool pinged_ = false;
  std::int64_t unanswered_since_ = 0;
};

}  // namespace mainstay::keeper
