#include "process/notify_listener.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <utility>

#include "base/text.h"
#include "io/clock.h"
#include "process/notify_message.h"
#include "process/notify_pace.h"

namespace mainstay::process {

namespace {

// More than any socket queues (net.unix.max_dgram_qlen is 10, or 512 under systemd): what is sent
// while a run that has ended is drained does not keep us.
constexpr int kMostInDrain = 1024;
constexpr std::size_t kMostShown = 80;

std::optional<uid_t> owner_of(const std::string& path) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0 ? std::optional{found.st_uid} : std::nullopt;
}

std::string shown(const std::string& line) {
  return escape_for_terminal(line.substr(0, kMostShown), false);
}

}  // namespace

struct NotifyListener::One {
  NotifySource source;
  std::string path;
  std::optional<uid_t> owner;  // the service's user
  UniqueFd socket;
  UniqueFd pipe;
  bool is_first_delivered = false;  // the first message of the socket
  bool has_newline = false;         // the pipe, and it is delivered
  bool waits = false;               // for acknowledge()
  bool rests = false;
  NotifyPace pace;
  unsigned refused = 0;
  std::unique_ptr<io::Timer> rest;
  std::unique_ptr<io::FdWatch> socket_watch;
  std::unique_ptr<io::FdWatch> pipe_watch;
};

NotifyListener::NotifyListener(io::Loop& loop, const ProcessTrees& trees,
                               std::filesystem::path folder, OnNotification on_notification,
                               std::function<void(const std::string&)> notice)
    : loop_(loop),
      trees_(trees),
      folder_(std::move(folder)),
      directory_(folder_),
      on_notification_(std::move(on_notification)),
      notice_(std::move(notice)) {}

NotifyListener::~NotifyListener() = default;

NotifyListener::One* NotifyListener::find(RunId run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : found->second.get();
}

Result<NotifyEndpoint> NotifyListener::prepare(RunId run, const std::optional<User>& user) {
  auto endpoint = directory_.make(run, user);
  if (endpoint) prepared_[run] = endpoint->path;
  return endpoint;
}

void NotifyListener::attach(NotifySource source, UniqueFd socket, UniqueFd pipe) {
  if (!socket && !pipe) return;
  const RunId run = source.run;
  auto one = std::make_unique<One>();
  one->source = std::move(source);
  one->socket = std::move(socket);
  one->pipe = std::move(pipe);
  if (one->socket) {
    one->path = path_of_socket(one->socket.get());
    one->owner = owner_of(one->path);
  }
  prepared_.erase(run);
  One& added = *one;
  runs_[run] = std::move(one);
  watch(added);
}

void NotifyListener::watch(One& one) {
  if (one.socket) {
    one.socket_watch = std::make_unique<io::FdWatch>(loop_, one.socket.get(),
                                                     [this, &one](int) { on_socket(one); });
  }
  if (one.pipe) {
    one.pipe_watch =
        std::make_unique<io::FdWatch>(loop_, one.pipe.get(), [this, &one](int) { on_pipe(one); });
  }
  want(one);
}

// What is delivered and not acknowledged yet would wake us again and again.
void NotifyListener::want(One& one) {
  const int readiness = one.rests || one.waits ? 0 : io::kReadable;
  if (one.socket_watch) one.socket_watch->want(readiness);
  if (one.pipe_watch) one.pipe_watch->want(readiness);
}

bool NotifyListener::is_tired(One& one) {
  const auto pause = one.pace.take(io::read_clocks().mono);
  if (!pause) return false;
  if (!one.rest) {
    one.rest = std::make_unique<io::Timer>(loop_, [this, &one] {
      one.rests = false;
      want(one);
    });
  }
  one.rests = true;
  one.rest->start(*pause);
  want(one);
  return true;
}

void NotifyListener::wait(One& one) {
  one.waits = true;
  delivered_.push_back(one.source.run);
  want(one);
}

void NotifyListener::on_socket(One& one) {
  if (one.rests || one.waits || is_tired(one) || !deliver_first(one)) return;
  one.is_first_delivered = true;
  wait(one);
}

void NotifyListener::on_pipe(One& one) {
  if (one.rests || one.waits || is_tired(one)) return;
  bool goes_on = true;
  if (one.has_newline) {
    goes_on = empty_pipe(one.pipe.get());  // a service that writes on must not wait for a reader
  } else if (const auto says = look_into_pipe(one.pipe.get()); says == NotifyPipeSays::Ready) {
    one.has_newline = true;
    on_notification_(one.source, model::NotifyReady{});
    wait(one);
  } else {
    goes_on = says != NotifyPipeSays::Ended;
  }
  if (goes_on) return;
  one.pipe_watch.reset();
  one.pipe.reset();
}

void NotifyListener::acknowledge() {
  for (const RunId run : std::exchange(delivered_, {})) {
    One* one = find(run);
    if (one == nullptr) continue;
    if (std::exchange(one->is_first_delivered, false)) NotifySocket::take(one->socket.get());
    one->waits = false;
    want(*one);
  }
}

void NotifyListener::drain(RunId run) {
  One* one = find(run);
  if (one == nullptr) return;
  if (one->pipe && !one->has_newline &&
      look_through_pipe(one->pipe.get()) == NotifyPipeSays::Ready) {
    one->has_newline = true;
    on_notification_(one->source, model::NotifyReady{});
  }
  if (!one->socket) return;
  if (std::exchange(one->is_first_delivered, false)) NotifySocket::take(one->socket.get());
  for (int i = 0; i < kMostInDrain && deliver_first(*one); ++i)
    NotifySocket::take(one->socket.get());
}

bool NotifyListener::deliver_first(One& one) {
  const auto datagram = inbox_.first(one.socket.get());
  if (datagram && is_heard(one, *datagram)) deliver(one, *datagram);
  return datagram.has_value();
}

bool NotifyListener::is_heard(One& one, const NotifyDatagram& datagram) {
  const NotifySender sender = datagram.sender.value_or(NotifySender{0, uid_t(-1)});
  const Belonging belonging = trees_.belonging(one.source.instance, sender.pid);
  const bool is_trusted = sender.uid == 0 || sender.uid == one.owner;
  if (belonging == Belonging::Outside || (belonging == Belonging::Gone && !is_trusted)) {
    refuse(
        one, Refusal::Stranger,
        fmt::format("a notification for {} from pid {} of user {} is ignored: that is no process "
                    "of it",
                    one.source.shown_name, sender.pid, sender.uid));
    return false;
  }
  if (datagram.whole) return true;
  refuse(one, Refusal::TooLong,
         fmt::format("a notification of {} is ignored: it is longer than {} bytes",
                     one.source.shown_name, kMaxNotifyBytes));
  return false;
}

void NotifyListener::deliver(One& one, const NotifyDatagram& datagram) {
  const std::string& name = one.source.shown_name;
  auto message = parse_notify_message(datagram.bytes);
  if (!message) {
    return refuse(
        one, Refusal::NotText,
        fmt::format("a notification of {} is ignored: {}", name, message.error().message));
  }
  if (!message->not_understood.empty()) {
    refuse(one, Refusal::NotUnderstood,
           fmt::format("a line of a notification of {} is ignored: '{}' makes no sense", name,
                       shown(message->not_understood)));
  }
  if (message->stores_descriptors) {
    refuse(one, Refusal::Store,
           fmt::format("{} asks to keep descriptors (FDSTORE=1), which is not possible; they are "
                       "closed",
                       name));
  }
  for (model::Notification& said : message->says) {
    if (is_possible(one, said)) on_notification_(one.source, std::move(said));
  }
}

bool NotifyListener::is_possible(One& one, const model::Notification& said) {
  const auto* main = std::get_if<model::NotifyMainPid>(&said);
  if (main == nullptr) return true;
  const Belonging belonging = trees_.belonging(one.source.instance, main->pid);
  if (belonging == Belonging::Inside) return true;
  if (belonging == Belonging::Gone) return false;  // it has ended meanwhile
  refuse(one, Refusal::MainPid,
         fmt::format("{} says that {} is its main process (MAINPID), which is ignored: that is no "
                     "process of it",
                     one.source.shown_name, main->pid));
  return false;
}

void NotifyListener::refuse(One& one, Refusal what, const std::string& why) {
  const unsigned bit = 1U << static_cast<unsigned>(what);
  if ((one.refused & bit) == 0) notice_(why);
  one.refused |= bit;
}

void NotifyListener::forget(RunId run) {
  const std::string path = path_of(run);
  if (!path.empty()) unlink(path.c_str());
  prepared_.erase(run);
  runs_.erase(run);
}

std::string NotifyListener::path_of(RunId run) const {
  if (const One* one = find(run)) return one->path;
  const auto prepared = prepared_.find(run);
  return prepared == prepared_.end() ? std::string{} : prepared->second;
}

UniqueFd NotifyListener::copy_of_socket(RunId run) const {
  const One* one = find(run);
  return one != nullptr && one->socket ? duplicate(one->socket.get()) : UniqueFd{};
}

UniqueFd NotifyListener::copy_of_pipe(RunId run) const {
  const One* one = find(run);
  return one != nullptr && one->pipe ? duplicate(one->pipe.get()) : UniqueFd{};
}

// What is made after the listing is not in it, and what is known by its end stays.
void NotifyListener::remove_leftovers() {
  const auto paths = std::make_shared<std::vector<std::string>>();
  loop_.in_worker([folder = folder_, paths] { *paths = NotifyDirectory::list(folder); },
                  [this, paths] { remove_unknown(std::move(*paths)); });
}

void NotifyListener::remove_folder() const {
  rmdir(folder_.c_str());
}

void NotifyListener::remove_unknown(std::vector<std::string> paths) {
  std::set<std::string> known;
  for (const auto& [run, path] : prepared_)
    known.insert(path);
  for (const auto& [run, one] : runs_)
    known.insert(one->path);
  std::erase_if(paths, [&](const std::string& path) { return known.contains(path); });
  if (paths.empty()) return;
  const auto remove = [paths = std::move(paths)] {
    for (const std::string& path : paths)
      unlink(path.c_str());
  };
  loop_.in_worker(remove, [] {});
}

}  // namespace mainstay::process
