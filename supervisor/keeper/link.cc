#include "keeper/link.h"

#include <cerrno>

#include "io/clock.h"
#include "keeper/say.h"
#include "keeper/spawn.h"

namespace mainstay::keeper {

namespace {

constexpr int kPacketsPerTurn = 64;
// From fork to the first instruction of the program takes about half of it.
constexpr std::int64_t kHeadStart = 1'000'000;
// On top of the usual time to answer: a new controller reads its configuration first.
constexpr std::int64_t kTimeToGreet = 20'000'000'000;

// A Spawn is the one message that something may follow.
bool read_spawn(const Packet& packet, Spawn& spawn) {
  const std::size_t size = packet.size < sizeof spawn ? packet.size : sizeof spawn;
  if (!read_message(packet.bytes, size, spawn)) return false;
  return packet.size == sizeof spawn || (spawn.flags & kInline) != 0;
}

}  // namespace

std::int64_t now_ns() {
  return io::read_clocks().mono.since_boot.count();
}

void Link::open(int socket, int alive_timer, std::uint32_t generation) {
  close();
  socket_ = socket;
  alive_timer_ = alive_timer;
  generation_ = generation;
  if (started_ns_ == 0) started_ns_ = now_ns();
  unanswered_since_ = now_ns() + kTimeToGreet;
}

void Link::close() {
  drop_fd(socket_);
  drop_fd(alive_timer_);
  greeted_ = blocked_ = refusal_due_ = paused_due_ = wishes_.ready = false;
  heard();
}

void Link::heard() {
  pinged_ = ping_due_ = false;
  unanswered_since_ = 0;
}

void Link::ping() {
  if (pinged_) return;
  if (unanswered_since_ == 0) unanswered_since_ = now_ns();
  ping_due_ = pinged_ = true;
}

void Link::terminate(int signal, std::uint32_t count) {
  terminate_ = Terminate{};
  terminate_.signal = signal;
  terminate_.count = count;
  terminate_due_ = true;
}

void Link::complain(const char* about) {
  say("the controller sent a bad message (%s); it is ignored", about);
}

void Link::receive() {
  end_head_start();
  for (int i = 0; i < kPacketsPerTurn && socket_ >= 0 && !refusal_due_; ++i) {
    Packet packet;
    const Transfer transfer = receive_packet(socket_, packet);
    if (transfer == Transfer::Later) return;
    if (transfer == Transfer::Gone) {
      drop_fd(socket_);  // its process will follow, or the watch ends it
      ping();
      return;
    }
    heard();
    act(packet);
    packet.close_fds();
  }
}

void Link::act(Packet& packet) {
  const auto read = [&packet](auto& message) {
    return read_message(packet.bytes, packet.size, message);
  };
  Hello hello;
  Spawn spawn;
  Settled settled;
  Release release;
  Store store;
  Drop drop;
  StopBudget budget;
  Finish finish;
  Adopt adopt;
  Pause pause;
  Replace replace;
  Upgrade upgrade;
  Pong pong;
  Reloaded reloaded;
  if (read(hello)) return on_hello(hello);
  if (!greeted_) return complain("before Hello");
  if (read_spawn(packet, spawn)) return on_spawn(spawn, packet);
  if (read(settled)) return on_settled(settled.token);
  if (read(release)) return on_release(release.token);
  if (read(store)) return on_store(store, packet);
  if (read(drop)) return on_drop(drop);
  if (read(adopt)) return on_adopt(adopt, packet);
  if (read(budget)) return on_budget(budget);
  if (read(upgrade)) return on_upgrade(packet);
  if (read(reloaded)) return on_reloaded(reloaded);
  if (read(pause)) {
    wishes_.paused = paused_due_ = true;
  } else if (read(replace)) {
    wishes_.replace = true;
  } else if (read(finish)) {
    wishes_.finish = true;
    wishes_.finish_code = finish.code & 0xff;
  } else if (!read(pong)) {
    complain("unknown");
  }
}

void Link::on_hello(const Hello& hello) {
  if (hello.version != kProtocolVersion) return complain("its protocol is another version");
  greeted_ = welcome_due_ = all_there_due_ = true;
  next_stored_ = 0;
  if (terminate_.count > 0) terminate_due_ = true;
  reload_due_ = reloads_;
  table_.reset_told();
}

void Link::on_spawn(const Spawn& spawn, Packet& packet) {
  const SlotId held = table_.by_token(spawn.token);
  if (held != kNoSlot) {
    Slot& slot = table_.at(held);
    slot.abandoned = false;
    slot.announce = true;
    slot.tell_end = slot.has_ended;
    return table_.mark_dirty(held);
  }
  refusal_ = Refused{};
  refusal_.token = spawn.token;
  // In this order, as far as they are announced.
  std::size_t needed_fds = 0;
  const auto next_fd = [&](bool comes) { return comes ? packet.fds[needed_fds++] : -1; };
  const bool is_inline = (spawn.flags & kInline) != 0;
  const int request = next_fd(!is_inline);
  const int cgroup = next_fd((spawn.flags & kIntoCgroup) != 0);
  const std::size_t notify_place = needed_fds;
  const int notify_socket = next_fd((spawn.flags & kNotifySocket) != 0);
  const int given = next_fd((spawn.flags & kGiven) != 0);
  if (packet.lost_fds) {
    refusal_.error = EMFILE;
    refusal_due_ = true;
  } else if (spawn.token == 0 || !is_terminated(spawn.label) ||
             (needed_fds > 0 && packet.fds[needed_fds - 1] < 0)) {
    refusal_.error = EINVAL;
    refusal_due_ = true;
  } else {
    ChildTask task;
    task.inherited = &inherited_;
    task.request = request;
    task.inline_request = packet.bytes + sizeof spawn;
    task.inline_size = packet.size - sizeof spawn;
    task.given = given;
    task.cgroup = cgroup;
    refusal_due_ = !start_run(table_, spawn, task, refusal_);
    if (!refusal_due_) head_start_ends_ = now_ns() + kHeadStart;
    if (!refusal_due_ && notify_socket >= 0) {
      table_.at(table_.by_token(spawn.token)).notify_socket = notify_socket;
      packet.fds[notify_place] = -1;
    }
  }
  std::uint64_t& largest =
      spawn.token >= kFirstAuxiliaryToken ? largest_auxiliary_ : largest_token_;
  if (spawn.token > largest) largest = spawn.token;
}

void Link::on_settled(std::uint64_t token) {
  const SlotId id = table_.by_token(token);
  if (id != kNoSlot) drop_fd(table_.at(id).error);
}

void Link::on_release(std::uint64_t token) {
  const SlotId id = table_.by_token(token);
  if (id == kNoSlot) return;
  if (table_.at(id).has_ended) return table_.free(id);
  table_.at(id).abandoned = true;
  table_.clear_dirty(id);
}

template <typename Message>
bool Link::tell(const Message& message, const int* fds, std::size_t count) {
  const Transfer transfer = send_message(socket_, message, fds, count);
  if (transfer == Transfer::Gone) drop_fd(socket_);
  blocked_ = transfer == Transfer::Later;
  if (transfer == Transfer::Done && unanswered_since_ == 0) unanswered_since_ = now_ns();
  return transfer == Transfer::Done;
}

bool Link::tell_welcome() {
  if (!welcome_due_) return true;
  Welcome welcome;
  welcome.keeper_pid = inherited_.keeper_pid;
  welcome.generation = generation_;
  welcome.largest_token = largest_token_;
  welcome.largest_auxiliary = largest_auxiliary_;
  welcome.started_mono_ns = started_ns_;
  welcome.files_soft = inherited_.files.rlim_cur;
  welcome.files_hard = inherited_.files.rlim_max;
  welcome.core_soft = inherited_.core.rlim_cur;
  welcome_due_ = !tell(welcome, &alive_timer_, 1);
  return !welcome_due_;
}

bool Link::tell_stored() {
  for (; all_there_due_ && next_stored_ < store_.size(); ++next_stored_) {
    const DescriptorStore::Entry& entry = store_.at(next_stored_);
    Stored stored;
    std::memcpy(stored.name, entry.name, sizeof stored.name);
    if (!tell(stored, &entry.fd, 1)) return false;
  }
  return true;
}

bool Link::tell_run(Slot& slot) {
  // Kept only until it was told: while the child is unreaped a new one names the same process.
  if (slot.pidfd < 0 && !slot.has_ended && slot.foreign < 0) slot.pidfd = open_pidfd(slot.run.pid);
  const int fds[kRunHandles] = {slot.foreign >= 0 ? slot.foreign : slot.pidfd,
                                slot.error,
                                slot.out,
                                slot.err,
                                slot.notify_socket,
                                slot.notify_pipe};
  Run run = slot.run;
  for (std::uint32_t i = 0; i < kRunHandles; ++i)
    run.handles |= fds[i] >= 0 ? 1U << i : 0U;
  if (!tell(run, fds, kRunHandles)) return false;
  drop_fd(slot.pidfd);
  slot.announce = false;
  return true;
}

bool Link::tell_runs() {
  for (SlotId id; (id = table_.first_dirty()) != kNoSlot; table_.clear_dirty(id)) {
    Slot& slot = table_.at(id);
    if (slot.announce && !tell_run(slot)) return false;
    if (slot.tell_end && !tell(slot.ended)) return false;
    slot.tell_end = false;
  }
  return true;
}

bool Link::tell_rest() {
  if (all_there_due_) {
    AllThere all;
    all.runs = table_.size();
    if (!tell(all)) return false;
    all_there_due_ = false;
  }
  if (refusal_due_ && !tell(refusal_)) return false;
  refusal_due_ = false;
  if (terminate_due_ && !tell(terminate_)) return false;
  terminate_due_ = false;
  if (reload_due_ && !tell(Reload{.number = reload_number_})) return false;
  reload_due_ = false;
  if (ping_due_ && !tell(Ping{})) return false;
  ping_due_ = false;
  if (paused_due_ && !tell(Paused{})) return false;
  paused_due_ = false;
  return true;
}

bool Link::in_head_start() {
  if (head_start_ends_ != 0 && now_ns() >= head_start_ends_) end_head_start();
  return head_start_ends_ != 0;
}

void Link::pump() {
  blocked_ = false;
  if (!greeted_ || socket_ < 0 || !tell_welcome() || !tell_stored()) return;
  if (in_head_start() || tell_runs()) tell_rest();
}

}  // namespace mainstay::keeper
