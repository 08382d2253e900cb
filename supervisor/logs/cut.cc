#include "logs/cut.h"

#include <cerrno>

#include "logs/names.h"

namespace mainstay::logs {

namespace {

// A name that is left over from a cut that did not happen gives way. File systems without links
// have the index renamed in the last step.
void link_index(Directory& directory, const std::string& from, const std::string& to) {
  const Status linked = directory.link(from, to);
  if (linked || linked.error().code != EEXIST) return;
  static_cast<void>(directory.remove(to).ok());
  static_cast<void>(directory.link(from, to).ok());
}

void finish_index(Directory& directory, const std::string& from, const std::string& to) {
  if (directory.look_at(to)) {
    static_cast<void>(directory.remove(from).ok());
  } else {
    static_cast<void>(directory.rename(from, to).ok());
  }
}

}  // namespace

Status cut_step(int step, Directory& directory, const std::string& log,
                const std::string& archive) {
  const std::string index = index_file_name(log);
  const std::string archive_index = index_file_name(archive);
  if (step == 0) link_index(directory, index, archive_index);
  if (step == 1) return directory.rename(log, archive);
  if (step == 2) finish_index(directory, index, archive_index);
  return {};
}

Status cut_log(Directory& directory, const std::string& log, const std::string& archive) {
  if (directory.look_at(archive)) {
    return Error{"cannot rotate log " + (directory.path() / log).string() + ": there is a " +
                     archive + " already",
                 EEXIST};
  }
  for (int step = 0; step < kCutSteps; ++step) {
    const Status done = cut_step(step, directory, log, archive);
    if (done) continue;
    static_cast<void>(directory.remove(index_file_name(archive)).ok());
    return done;
  }
  return {};
}

}  // namespace mainstay::logs
