#include "checks/file.h"

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "base/result.h"

namespace mainstay::checks {

namespace {

Answer look_for(const std::filesystem::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return passed();
  if (errno == ENOENT || errno == ENOTDIR) return failed("there is no " + path.native());
  return failed(system_error("cannot look for " + path.native(), errno).message);
}

}  // namespace

// In a worker: the folder may be on a machine that does not answer.
void FileProber::look(Duration, Done done) {
  const auto answer = std::make_shared<Answer>();
  means_.loop.in_worker([answer, path = path_] { *answer = look_for(path); },
                        guard_([answer, done = std::move(done)] { done(std::move(*answer)); }));
}

}  // namespace mainstay::checks
