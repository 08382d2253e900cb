// What a Stream is to libuv. For the streams of this folder only.
#pragma once

#include <uv.h>

#include <functional>
#include <string_view>

#include "io/stream.h"

namespace mainstay::io {

struct Stream::Handle {
  union {
    uv_handle_t any;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
  } uv{};
  std::function<void(std::string_view)> on_data;
  std::function<void()> on_end;
  bool closed = false;
  bool lost = false;  // a write failed
};

}  // namespace mainstay::io
