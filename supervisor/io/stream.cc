#include "io/stream.h"

#include <sys/socket.h>
#include <uv.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "io/closing.h"
#include "io/stream_handle.h"

namespace mainstay::io {

namespace {

// Of one piece; there only while it is read, so that a thousand quiet streams cost nothing.
constexpr std::size_t kPiece = 16 * 1024;

struct WriteRequest {
  uv_write_t uv{};
  std::string bytes;
  std::function<void()> on_written;
};

}  // namespace

Stream::Stream(Loop& loop, UniqueFd fd) : handle_(new Handle) {
  uv_pipe_init(loop.raw(), &handle_->uv.pipe, 0);
  handle_->uv.any.data = handle_;
  const int status = uv_pipe_open(&handle_->uv.pipe, fd.release());
  assert(status == 0);
  static_cast<void>(status);
}

Stream::~Stream() {
  handle_->closed = true;
  handle_->on_data = nullptr;
  handle_->on_end = nullptr;
  const UvCloses closes{fd()};
  uv_close(&handle_->uv.any,
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

int Stream::fd() const {
  int number = -1;
  uv_fileno(&handle_->uv.any, &number);
  return number;
}

void Stream::start_reading(std::function<void(std::string_view)> on_data,
                           std::function<void()> on_end) {
  handle_->on_data = std::move(on_data);
  handle_->on_end = std::move(on_end);
  uv_read_start(
      &handle_->uv.stream,
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(new char[kPiece], kPiece);
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        const std::unique_ptr<char[]> piece{buffer->base};
        auto* self = static_cast<Handle*>(stream->data);
        if (count == 0) return;
        if (count < 0) {
          uv_read_stop(stream);
          const auto on_end_copy = self->on_end;  // copies: the callee may destroy the stream
          if (on_end_copy) on_end_copy();
          return;
        }
        const auto on_data_copy = self->on_data;
        if (on_data_copy) on_data_copy({piece.get(), static_cast<std::size_t>(count)});
      });
}

void Stream::stop_reading() {
  uv_read_stop(&handle_->uv.stream);
}

void Stream::write(std::string bytes, std::function<void()> on_written) {
  auto* request = new WriteRequest{{}, std::move(bytes), std::move(on_written)};
  request->uv.data = request;
  const uv_buf_t buffer =
      uv_buf_init(request->bytes.data(), static_cast<unsigned>(request->bytes.size()));
  const int status =
      uv_write(&request->uv, &handle_->uv.stream, &buffer, 1, [](uv_write_t* done, int result) {
        const std::unique_ptr<WriteRequest> finished{static_cast<WriteRequest*>(done->data)};
        auto* self = static_cast<Handle*>(done->handle->data);
        self->lost |= result < 0;
        if (!self->closed && finished->on_written) finished->on_written();
      });
  if (status < 0) delete request;
}

std::size_t Stream::try_write(std::string_view bytes) {
  // libuv only reads them.
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int taken = uv_try_write(&handle_->uv.stream, &buffer, 1);
  return taken > 0 ? static_cast<std::size_t>(taken) : 0;
}

bool Stream::lost() const {
  return handle_->lost;
}

std::size_t Stream::queued_bytes() const {
  return uv_stream_get_write_queue_size(&handle_->uv.stream);
}

void Stream::shut_down() {
  auto* request = new uv_shutdown_t{};
  const int status =
      uv_shutdown(request, &handle_->uv.stream, [](uv_shutdown_t* done, int) { delete done; });
  if (status < 0) delete request;  // the other side is gone already
}

Result<Peer> Stream::peer() const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return system_error("cannot tell who connected to the control socket", errno);
  }
  return Peer{credentials.uid, credentials.gid, credentials.pid};
}

}  // namespace mainstay::io
