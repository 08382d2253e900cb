// Descriptors that libuv closes.
#pragma once

namespace mainstay::io {

// libuv closes by syscall(2), which ThreadSanitizer does not see: a worker that is given the number
// next would seem to share it with the loop. Called right after uv_close of what owned `fd`; does
// nothing in other builds.
void note_closed_by_uv(int fd);

}  // namespace mainstay::io
