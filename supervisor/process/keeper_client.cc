#include "process/keeper_client.h"

#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "keeper/socket.h"
#include "process/memfd.h"

namespace mainstay::process {

namespace {

constexpr int kPacketsPerTurn = 256;

template <std::size_t N>
void copy_text(char (&field)[N], std::string_view text) {
  std::memcpy(field, text.data(), std::min(text.size(), N - 1));
}

keeper::Spawn spawn_message(std::uint64_t token, std::string_view label, std::uint32_t flags) {
  keeper::Spawn spawn;
  spawn.token = token;
  spawn.flags = flags;
  copy_text(spawn.label, label);
  return spawn;
}

template <typename Message>
std::string_view bytes_of(const Message& message) {
  return {reinterpret_cast<const char*>(&message), sizeof message};
}

template <typename Message>
Message message_about(std::uint64_t token) {
  Message message;
  message.token = token;
  return message;
}

}  // namespace

KeeperClient::KeeperClient(io::Loop& loop, UniqueFd socket)
    : socket_(std::move(socket)),
      watch_(std::make_unique<io::FdWatch>(loop, socket_.get(),
                                           [this](int readiness) { on_ready(readiness); })) {
  fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
}

KeeperClient::~KeeperClient() {
  watch_.reset();
}

void KeeperClient::start(KeeperRuns& runs, KeeperHost& host) {
  runs_ = &runs;
  host_ = &host;
  send(keeper::Hello{});
  watch_->want(queue_.empty() ? io::kReadable : io::kReadable | io::kWritable);
}

template <typename Message>
void KeeperClient::send(const Message& message, std::vector<UniqueFd> fds, std::string_view tail) {
  if (lost_) return;
  queue_.push(bytes_of(message), tail, std::move(fds));
  if (queue_.size() == 1) flush();
}

void KeeperClient::flush() {
  // Gone: reading will find the end and tell, from the loop.
  while (!queue_.empty() && queue_.send_first(socket_.get()) != keeper::Transfer::Later)
    queue_.pop();
  if (runs_ != nullptr) {
    watch_->want(queue_.empty() ? io::kReadable : io::kReadable | io::kWritable);
  }
}

void KeeperClient::on_ready(int readiness) {
  if ((readiness & io::kWritable) != 0) flush();
  if ((readiness & (io::kReadable | io::kHangup)) != 0) receive();
}

void KeeperClient::receive() {
  for (int i = 0; i < kPacketsPerTurn && !lost_; ++i) {
    if (!receive_one()) return;
  }
}

bool KeeperClient::receive_one() {
  keeper::Packet packet;
  const keeper::Transfer transfer = keeper::receive_packet(socket_.get(), packet);
  if (transfer == keeper::Transfer::Later) return false;
  if (transfer == keeper::Transfer::Gone) {
    lose(Error{"cannot go on: the keeper is gone"});
    return false;
  }
  std::vector<UniqueFd> fds;
  for (const int fd : packet.fds) {
    if (fd >= 0) fds.emplace_back(fd);
  }
  if (packet.lost_fds) {
    lose(Error{
        "cannot take over from the keeper: out of file descriptors; raise the limit (ulimit -n)"});
    return false;
  }
  auto message = decode_keeper_message({packet.bytes, packet.size}, std::move(fds));
  if (message) {
    dispatch(std::move(*message));
  } else {
    lose(message.error());
  }
  return true;
}

void KeeperClient::dispatch(KeeperMessage message) {
  const bool answers =
      std::holds_alternative<KeeperRun>(message) || std::holds_alternative<KeeperRefusal>(message);
  if (answers && unanswered_spawns_ > 0) --unanswered_spawns_;
  if (auto* run = std::get_if<KeeperRun>(&message)) {
    runs_->on_run(std::move(*run));
  } else if (const auto* exit = std::get_if<KeeperExit>(&message)) {
    runs_->on_exit(*exit);
  } else if (const auto* refusal = std::get_if<KeeperRefusal>(&message)) {
    runs_->on_refused(*refusal);
  } else if (auto* stored = std::get_if<KeeperStored>(&message)) {
    host_->on_stored(std::move(stored->name), std::move(stored->fd));
  } else if (std::holds_alternative<KeeperAllThere>(message)) {
    host_->on_all_there();
  } else if (const auto* terminate = std::get_if<KeeperTerminate>(&message)) {
    host_->on_terminate(terminate->signal, terminate->count);
  } else if (auto* greeting = std::get_if<KeeperGreeting>(&message)) {
    alive_timer_ = std::move(greeting->alive_timer);
    next_auxiliary_ =
        std::max(keeper::kFirstAuxiliaryToken, greeting->welcome.largest_auxiliary + 1);
    host_->on_welcome(greeting->welcome);
  } else if (std::holds_alternative<KeeperPaused>(message)) {
    host_->on_paused();
  } else if (const auto* reload = std::get_if<KeeperReload>(&message)) {
    host_->on_reload(reload->number);
  } else {
    send(keeper::Pong{});
  }
}

void KeeperClient::lose(const Error& why) {
  lost_ = true;
  queue_.clear();
  watch_->pause();
  host_->on_keeper_lost(why);
}

Status KeeperClient::spawn(std::uint64_t token, std::string_view label, std::uint32_t flags,
                           std::string_view request, RunFds fds) {
  if (request.size() > keeper::kMaxInlineRequest) {
    auto memfd = sealed_memfd("run request", request);
    if (!memfd) return memfd.error();
    spawn(token, label, flags, std::move(*memfd), std::move(fds));
    return {};
  }
  send_spawn(spawn_message(token, label, flags | keeper::kInline), {}, std::move(fds), request);
  return {};
}

void KeeperClient::spawn(std::uint64_t token, std::string_view label, std::uint32_t flags,
                         UniqueFd request, RunFds fds) {
  std::vector<UniqueFd> first;
  first.push_back(std::move(request));
  send_spawn(spawn_message(token, label, flags), std::move(first), std::move(fds), {});
}

void KeeperClient::send_spawn(keeper::Spawn message, std::vector<UniqueFd> fds, RunFds more,
                              std::string_view request) {
  ++unanswered_spawns_;
  const auto add = [&](UniqueFd fd, std::uint32_t flag) {
    if (!fd) return;
    message.flags |= flag;
    fds.push_back(std::move(fd));
  };
  add(std::move(more.cgroup), keeper::kIntoCgroup);
  add(std::move(more.notify_socket), keeper::kNotifySocket);
  add(std::move(more.given), keeper::kGiven);
  send(message, std::move(fds), request);
}

void KeeperClient::reloaded(std::uint32_t number, std::string_view found) {
  keeper::Reloaded message;
  message.number = number;
  copy_text(message.found, found);
  send(message);
}

void KeeperClient::settled(std::uint64_t token) {
  housekeeping_.push(bytes_of(message_about<keeper::Settled>(token)), {}, {});
}

void KeeperClient::release(std::uint64_t token) {
  housekeeping_.push(bytes_of(message_about<keeper::Release>(token)), {}, {});
}

void KeeperClient::send_housekeeping() {
  if (housekeeping_.empty()) return;
  if (lost_) return housekeeping_.clear();
  const bool at_once = queue_.empty();
  queue_.take(housekeeping_);
  if (at_once) flush();
}

void KeeperClient::adopt(const KeeperRun& run) {
  keeper::Adopt message;
  message.token = run.token;
  message.pid = run.pid;
  message.spawned_mono_ns = run.spawned.since_boot.count();
  copy_text(message.label, run.label);
  std::vector<UniqueFd> fds;
  const auto add = [&](const UniqueFd& fd, std::uint32_t handle) {
    if (!fd) return;
    message.handles |= handle;
    fds.push_back(duplicate(fd.get()));
  };
  add(run.pidfd, keeper::kHasPidfd);
  add(run.out, keeper::kHasOut);
  add(run.err, keeper::kHasErr);
  add(run.notify_socket, keeper::kHasNotifySocket);
  add(run.notify_pipe, keeper::kHasNotifyPipe);
  send(message, std::move(fds));
}

void KeeperClient::store(std::string_view name, int fd) {
  keeper::Store message;
  copy_text(message.name, name);
  std::vector<UniqueFd> fds;
  fds.push_back(duplicate(fd));
  send(message, std::move(fds));
}

void KeeperClient::drop(std::string_view name) {
  keeper::Drop message;
  copy_text(message.name, name);
  send(message);
}

void KeeperClient::tell_stop_budget(Duration budget, std::string_view cgroup_root) {
  using Milliseconds = std::chrono::duration<std::int64_t, std::milli>;
  keeper::StopBudget message;
  const auto ms = std::chrono::ceil<Milliseconds>(budget).count();
  message.milliseconds = static_cast<std::uint32_t>(std::clamp<std::int64_t>(ms, 0, INT32_MAX));
  if (cgroup_root.size() < sizeof message.cgroup_root) copy_text(message.cgroup_root, cgroup_root);
  send(message);
}

void KeeperClient::pause() {
  send(keeper::Pause{});
}

void KeeperClient::upgrade(UniqueFd handover, UniqueFd reserve, UniqueFd own_program) {
  std::vector<UniqueFd> fds;
  for (UniqueFd* fd : {&handover, &reserve, &own_program})
    fds.push_back(std::move(*fd));
  send(keeper::Upgrade{}, std::move(fds));
}

void KeeperClient::replace() {
  send_housekeeping();
  send(keeper::Replace{});
}

void KeeperClient::finish(int code) {
  send_housekeeping();
  keeper::Finish message;
  message.code = code;
  send(message);
}

void KeeperClient::keep_alive(Duration within) {
  if (!alive_timer_) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(within);
  itimerspec next{};
  next.it_value.tv_sec = seconds.count();
  next.it_value.tv_nsec = (within - seconds).count();
  timerfd_settime(alive_timer_.get(), 0, &next, nullptr);
}

std::uint64_t KeeperClient::next_auxiliary_token() {
  return next_auxiliary_++;
}

}  // namespace mainstay::process
