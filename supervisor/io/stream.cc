#include "io/stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

#include "io/closing.h"

namespace mainstay::io {

struct Stream::Handle {
  uv_pipe_t uv{};
  std::function<void(std::string_view)> on_data;
  std::function<void()> on_end;
  std::array<char, 16 * 1024> buffer{};
  bool closed = false;
};

namespace {

// Of a listener that can neither accept nor shed.
constexpr Duration kRest = std::chrono::milliseconds{100};

struct WriteRequest {
  uv_write_t uv{};
  std::string bytes;
  std::function<void()> on_written;
};

}  // namespace

Stream::Stream(Loop& loop, UniqueFd fd) : handle_(new Handle) {
  uv_pipe_init(loop.raw(), &handle_->uv, 0);
  handle_->uv.data = handle_;
  const int status = uv_pipe_open(&handle_->uv, fd.release());
  assert(status == 0);
  static_cast<void>(status);
}

Stream::~Stream() {
  handle_->closed = true;
  handle_->on_data = nullptr;
  handle_->on_end = nullptr;
  int fd = -1;
  uv_fileno(reinterpret_cast<uv_handle_t*>(&handle_->uv), &fd);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
  note_closed_by_uv(fd);
}

void Stream::start_reading(std::function<void(std::string_view)> on_data,
                           std::function<void()> on_end) {
  handle_->on_data = std::move(on_data);
  handle_->on_end = std::move(on_end);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&handle_->uv),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto& storage = static_cast<Handle*>(handle->data)->buffer;
        *buffer = uv_buf_init(storage.data(), static_cast<unsigned>(storage.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        auto* self = static_cast<Handle*>(stream->data);
        if (count == 0) return;
        if (count < 0) {
          uv_read_stop(stream);
          const auto on_end_copy = self->on_end;  // copies: the callee may destroy the stream
          if (on_end_copy) on_end_copy();
          return;
        }
        const auto on_data_copy = self->on_data;
        if (on_data_copy) on_data_copy({buffer->base, static_cast<std::size_t>(count)});
      });
}

void Stream::stop_reading() {
  uv_read_stop(reinterpret_cast<uv_stream_t*>(&handle_->uv));
}

void Stream::write(std::string bytes, std::function<void()> on_written) {
  auto* request = new WriteRequest{{}, std::move(bytes), std::move(on_written)};
  request->uv.data = request;
  const uv_buf_t buffer =
      uv_buf_init(request->bytes.data(), static_cast<unsigned>(request->bytes.size()));
  const int status = uv_write(
      &request->uv, reinterpret_cast<uv_stream_t*>(&handle_->uv), &buffer, 1,
      [](uv_write_t* done, int) {
        const std::unique_ptr<WriteRequest> finished{static_cast<WriteRequest*>(done->data)};
        const auto* self = static_cast<Handle*>(done->handle->data);
        if (!self->closed && finished->on_written) finished->on_written();
      });
  if (status < 0) delete request;
}

std::size_t Stream::queued_bytes() const {
  return uv_stream_get_write_queue_size(reinterpret_cast<uv_stream_t*>(&handle_->uv));
}

Result<Peer> Stream::peer() const {
  int fd = -1;
  uv_fileno(reinterpret_cast<uv_handle_t*>(&handle_->uv), &fd);
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return system_error("cannot tell who connected to the control socket", errno);
  }
  return Peer{credentials.uid, credentials.gid, credentials.pid};
}

Listener::Listener(Loop& loop, UniqueFd fd, std::function<void(UniqueFd)> on_connection)
    : fd_(std::move(fd)),
      reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      on_connection_(std::move(on_connection)),
      watch_(loop, fd_.get(), [this](int) { accept_all(); }),
      rested_(loop, [this] { watch_.want(kReadable); }) {
  watch_.want(kReadable);
}

Listener::~Listener() = default;

void Listener::accept_all() {
  // At most a handful per turn, so that a flood of connections cannot starve the rest of the loop.
  for (int i = 0; i < 16; ++i) {
    UniqueFd accepted{accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (accepted) {
      on_connection_(std::move(accepted));
      continue;
    }
    if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;
    if (!shed_one()) {
      watch_.pause();
      rested_.start(kRest);
      return;
    }
  }
}

bool Listener::shed_one() {
  reserve_.reset();
  const UniqueFd shed{accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  const bool done = static_cast<bool>(shed);
  reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  return done;
}

}  // namespace mainstay::io
