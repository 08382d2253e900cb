// Hears what services say of themselves: sd_notify(3) messages on a datagram socket, and the
// newline on s6's notification descriptor. Loop thread only.
//
// Only services that declare it are heard (wants_notify_socket, notify_fd). Each run has a socket
// of its own, so one that floods it holds up nobody but itself, and what processes of an earlier
// run send goes nowhere. The keeper holds sockets and pipes with the run: nothing is lost while
// there is no controller.
//
// A message is taken off its socket only by acknowledge(), so a controller that dies between
// hearing of it and recording it leaves it to the next one: a notification comes at least once, in
// order, and twice only around the death of a controller. One message of each run at most is
// delivered between two calls of acknowledge().
//
// A message counts when its sender is in the run's tree, or has ended already (systemd-notify does)
// and was root or the service's user. What is refused is said once per run, with the reason.
// Descriptors that come along never reach this process: the kernel closes them when their message
// is taken off. That is also how BARRIER=1 is answered.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/ids.h"
#include "base/result.h"
#include "io/loop.h"
#include "model/notification.h"
#include "process/notify_directory.h"
#include "process/notify_inbox.h"
#include "process/tree.h"

namespace mainstay::process {

// Who says it.
struct NotifySource {
  RunId run;
  std::string instance;    // canonical name
  std::string shown_name;  // for messages
};

class NotifyListener {
 public:
  using OnNotification = std::function<void(const NotifySource&, model::Notification)>;

  // The sockets are in `folder`. Both functions must only enqueue; the first is called from the
  // loop and from drain(), `notice` gets sentences for the supervisor's log.
  NotifyListener(io::Loop& loop, const ProcessTrees& trees, std::filesystem::path folder,
                 OnNotification on_notification, std::function<void(const std::string&)> notice);
  ~NotifyListener();  // sockets stay where they are: the next controller takes them over
  NotifyListener(const NotifyListener&) = delete;
  NotifyListener& operator=(const NotifyListener&) = delete;

  // --- for the runner ---
  // Before a run is spawned: its socket, which the keeper is to hold. `user`: who the service runs
  // as, nothing for us. An error says what to do.
  Result<NotifyEndpoint> prepare(RunId run, const std::optional<User>& user);
  // A run of a dead supervisor: its socket made anew at the path that the service knows. Empty when
  // it had none.
  UniqueFd restore(RunId run) { return directory_.restore(run); }
  // The program runs: listens until forget(). Either descriptor may be empty.
  void attach(NotifySource source, UniqueFd socket, UniqueFd pipe);
  // The main process has ended: what it had said by then is delivered now.
  void drain(RunId run);
  // The run is over, or was never spawned: its socket goes.
  void forget(RunId run);
  // The run's NOTIFY_SOCKET, empty without one.
  std::string path_of(RunId run) const;
  // Duplicates for the next supervisor, empty for what there is not.
  UniqueFd copy_of_socket(RunId run) const;
  UniqueFd copy_of_pipe(RunId run) const;

  // --- for the composition root ---
  // What was delivered is recorded. To be called after every turn of the loop.
  void acknowledge();
  // When every run that goes on has been attached: workers remove the sockets that are left over.
  void remove_leftovers();
  // At the end of the supervisor, when everything is stopped.
  void remove_folder() const;

 private:
  struct One;
  enum class Refusal : std::uint8_t { Stranger, TooLong, NotText, NotUnderstood, MainPid, Store };

  One* find(RunId run) const;
  void watch(One& one);
  void want(One& one);
  void on_socket(One& one);
  void on_pipe(One& one);
  bool deliver_first(One& one);
  void deliver(One& one, const NotifyDatagram& datagram);
  bool is_heard(One& one, const NotifyDatagram& datagram);
  void remove_unknown(std::vector<std::string> paths);
  void refuse(One& one, Refusal what, const std::string& why);
  bool is_possible(One& one, const model::Notification& said);
  bool is_tired(One& one);
  void wait(One& one);

  io::Loop& loop_;
  const ProcessTrees& trees_;
  const std::filesystem::path folder_;
  NotifyDirectory directory_;
  OnNotification on_notification_;
  std::function<void(const std::string&)> notice_;
  NotifySocket inbox_;
  std::map<RunId, std::string> prepared_;  // paths of runs that are not attached yet
  std::map<RunId, std::unique_ptr<One>> runs_;
  std::vector<RunId> delivered_;  // since acknowledge()
};

}  // namespace mainstay::process
