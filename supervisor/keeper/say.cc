#include "keeper/say.h"

#include <poll.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

namespace mainstay::keeper {

void say(const char* format, ...) {
  char line[1024] = "supervisor: ";
  const int prefix = 12;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line + prefix, sizeof line - prefix - 1, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  if (length > static_cast<int>(sizeof line) - prefix - 2) length = sizeof line - prefix - 2;
  line[prefix + length] = '\n';
  pollfd ready{2, POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1) return;
  if (write(2, line, static_cast<std::size_t>(prefix + length + 1)) < 0) return;  // nobody to tell
}

}  // namespace mainstay::keeper
