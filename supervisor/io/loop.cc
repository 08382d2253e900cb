#include "io/loop.h"

#include <uv.h>

#include <cassert>
#include <utility>

namespace mainstay::io {

namespace {

// uv_close frees: the memory of a handle belongs to libuv from then on.
template <typename Handle, typename UvHandle>
void close_and_delete(Handle* handle, UvHandle& uv) {
  handle->callback = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&uv),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

struct Work {
  uv_work_t request{};
  const bool* closing;
  std::function<void()> work;
  std::function<void()> done;
};

int to_uv(int readiness) {
  return ((readiness & kReadable) != 0 ? UV_READABLE : 0) |
         ((readiness & kWritable) != 0 ? UV_WRITABLE : 0) |
         ((readiness & kHangup) != 0 ? UV_DISCONNECT : 0) |
         ((readiness & kPriority) != 0 ? UV_PRIORITIZED : 0);
}

int from_uv(int status, int events) {
  if (status < 0) return kReadable | kHangup;
  return ((events & UV_READABLE) != 0 ? kReadable : 0) |
         ((events & UV_WRITABLE) != 0 ? kWritable : 0) |
         ((events & UV_DISCONNECT) != 0 ? kHangup : 0) |
         ((events & UV_PRIORITIZED) != 0 ? kPriority : 0);
}

// The loop's clock counts whole milliseconds and is that much behind the true one: a timeout
// counted from it alone would end early.
std::uint64_t uv_timeout(uv_loop_t& loop, Duration delay) {
  using std::chrono::milliseconds;
  uv_update_time(&loop);
  if (delay <= Duration::zero()) return 0;
  const auto whole = std::chrono::floor<milliseconds>(delay);
  const Duration behind = std::chrono::nanoseconds{uv_hrtime()} - milliseconds{uv_now(&loop)};
  const auto rest = std::chrono::ceil<milliseconds>(delay - whole + behind);
  return static_cast<std::uint64_t>((whole + rest).count());
}

}  // namespace

// A prepare handle runs right before the loop blocks for events, after all callbacks of the turn.
struct Loop::AfterTurn {
  uv_prepare_t prepare{};
  std::function<void()> callback;
};

Loop::Loop() : loop_(std::make_unique<uv_loop_s>()) {
  const int status = uv_loop_init(loop_.get());
  assert(status == 0);
  static_cast<void>(status);
  loop_->data = this;
}

Loop::~Loop() {
  closing_ = true;
  if (after_turn_) {
    after_turn_->callback = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&after_turn_->prepare), nullptr);
  }
  uv_run(loop_.get(), UV_RUN_DEFAULT);
  const int status = uv_loop_close(loop_.get());
  assert(status == 0);
  static_cast<void>(status);
}

void Loop::run() {
  uv_run(loop_.get(), UV_RUN_DEFAULT);
}

void Loop::run_once(bool wait) {
  running_once_ = true;
  uv_run(loop_.get(), wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  running_once_ = false;
}

// Before 1.45 libuv runs the timers that are due and then, for one turn, waits for an event too.
void Loop::timer_fired() {
  if (running_once_) uv_stop(loop_.get());
}

void Loop::stop() {
  uv_stop(loop_.get());
}

void Loop::set_after_turn(std::function<void()> callback) {
  if (!after_turn_) {
    after_turn_ = std::make_unique<AfterTurn>();
    uv_prepare_init(loop_.get(), &after_turn_->prepare);
    after_turn_->prepare.data = after_turn_.get();
    uv_prepare_start(&after_turn_->prepare, [](uv_prepare_t* prepare) {
      auto* self = static_cast<AfterTurn*>(prepare->data);
      if (self->callback) self->callback();
    });
    uv_unref(reinterpret_cast<uv_handle_t*>(&after_turn_->prepare));
  }
  after_turn_->callback = std::move(callback);
}

std::optional<Duration> Loop::next_timer() const {
  const int ms = uv_backend_timeout(loop_.get());
  if (ms < 0) return std::nullopt;
  return std::chrono::milliseconds{ms};
}

void Loop::in_worker(std::function<void()> work, std::function<void()> done) {
  auto* item = new Work{{}, &closing_, std::move(work), std::move(done)};
  item->request.data = item;
  uv_queue_work(
      loop_.get(), &item->request,
      [](uv_work_t* request) { static_cast<Work*>(request->data)->work(); },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Work> finished{static_cast<Work*>(request->data)};
        if (!*finished->closing) finished->done();
      });
}

struct Timer::Handle {
  uv_timer_t uv{};
  std::function<void()> callback;
};

Timer::Timer(Loop& loop, std::function<void()> callback)
    : handle_(new Handle{{}, std::move(callback)}) {
  uv_timer_init(loop.raw(), &handle_->uv);
  handle_->uv.data = handle_;
}

Timer::~Timer() {
  close_and_delete(handle_, handle_->uv);
}

void Timer::start(Duration delay) {
  const std::uint64_t ms = uv_timeout(*handle_->uv.loop, delay);
  uv_timer_start(
      &handle_->uv,
      [](uv_timer_t* timer) {
        const auto callback =
            static_cast<Handle*>(timer->data)->callback;  // a copy: it may destroy us
        if (callback) callback();
        static_cast<Loop*>(timer->loop->data)->timer_fired();
      },
      ms, 0);
}

void Timer::cancel() {
  uv_timer_stop(&handle_->uv);
}

struct FdWatch::Handle {
  uv_poll_t uv{};
  std::function<void(int)> callback;
  int wanted = 0;
};

FdWatch::FdWatch(Loop& loop, int fd, std::function<void(int readiness)> callback)
    : handle_(new Handle{{}, std::move(callback)}) {
  const int status = uv_poll_init(loop.raw(), &handle_->uv, fd);
  assert(status == 0);
  static_cast<void>(status);
  handle_->uv.data = handle_;
}

FdWatch::~FdWatch() {
  close_and_delete(handle_, handle_->uv);
}

void FdWatch::want(int readiness) {
  // libuv takes the descriptor out of epoll and in again even when nothing changes.
  if (readiness == std::exchange(handle_->wanted, readiness)) return;
  if (readiness == 0) {
    uv_poll_stop(&handle_->uv);
    return;
  }
  uv_poll_start(&handle_->uv, to_uv(readiness), [](uv_poll_t* poll, int status, int events) {
    // libuv calls close callbacks only after this turn, so the handle outlives the call; the
    // function is moved out so that the owner may destroy the watch from inside it.
    auto* self = static_cast<Handle*>(poll->data);
    if (!self->callback) return;
    if (status < 0) self->wanted = 0;  // an error has stopped it
    auto running = std::move(self->callback);
    self->callback = [](int) {};
    running(from_uv(status, events));
    if (self->callback) self->callback = std::move(running);
  });
}

struct SignalWatch::Handle {
  uv_signal_t uv{};
  std::function<void()> callback;
};

SignalWatch::SignalWatch(Loop& loop, int signal_number, std::function<void()> callback)
    : handle_(new Handle{{}, std::move(callback)}) {
  uv_signal_init(loop.raw(), &handle_->uv);
  handle_->uv.data = handle_;
  uv_signal_start(
      &handle_->uv,
      [](uv_signal_t* signal, int) {
        const auto callback_copy = static_cast<Handle*>(signal->data)->callback;
        if (callback_copy) callback_copy();
      },
      signal_number);
}

SignalWatch::~SignalWatch() {
  close_and_delete(handle_, handle_->uv);
}

}  // namespace mainstay::io
