// Descriptors that libuv closes.
#pragma once

namespace mainstay::io {

// libuv closes by syscall(2), which ThreadSanitizer does not see: a worker that is given the number
// next would seem to share it with the loop. One of these lives around the uv_close of what owns
// `fd`: the number counts as given back before it is, and what uv_close then does with it (it
// leaves epoll) as not done. Does nothing in other builds.
class UvCloses {
 public:
  explicit UvCloses(int fd);
  ~UvCloses();
  UvCloses(const UvCloses&) = delete;
  UvCloses& operator=(const UvCloses&) = delete;
};

}  // namespace mainstay::io
