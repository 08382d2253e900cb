#include "io/closing.h"

#ifdef __SANITIZE_THREAD__
// Of its runtime; declared in sanitizer/linux_syscall_hooks.h, which gcc does not install.
extern "C" void __sanitizer_syscall_pre_impl_close(long fd);  // NOLINT: its name
#endif

namespace mainstay::io {

void note_closed_by_uv([[maybe_unused]] int fd) {
#ifdef __SANITIZE_THREAD__
  __sanitizer_syscall_pre_impl_close(fd);
#endif
}

}  // namespace mainstay::io
