#include "io/closing.h"

#ifdef __SANITIZE_THREAD__
// Of its runtime; gcc does not install their headers.
extern "C" void __sanitizer_syscall_pre_impl_close(long fd);  // NOLINT: its name
extern "C" void __tsan_ignore_thread_begin();                 // NOLINT: its name
extern "C" void __tsan_ignore_thread_end();                   // NOLINT: its name
#endif

namespace mainstay::io {

UvCloses::UvCloses([[maybe_unused]] int fd) {
#ifdef __SANITIZE_THREAD__
  __sanitizer_syscall_pre_impl_close(fd);
  __tsan_ignore_thread_begin();
#endif
}

UvCloses::~UvCloses() {
#ifdef __SANITIZE_THREAD__
  __tsan_ignore_thread_end();
#endif
}

}  // namespace mainstay::io
