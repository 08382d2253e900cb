// The folder with the sockets that services send their notifications to: one for each run, named
// "<run>.<random>", so that nobody who was not told can fill somebody else's.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/ids.h"
#include "base/result.h"
#include "process/user_posix.h"

namespace mainstay::process {

// A bound datagram socket that tells who sends (SO_PASSCRED), close-on-exec and non-blocking.
struct NotifyEndpoint {
  UniqueFd socket;
  std::string path;
};

class NotifyDirectory {
 public:
  // Makes nothing yet: the folder comes with the first socket.
  explicit NotifyDirectory(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // A socket for the run, which belongs to `user` (nothing: us). Every user may send to it when we
  // are root, as services may give up their rights themselves; whose messages count is not decided
  // here. An error when the user cannot reach the folder.
  Result<NotifyEndpoint> make(RunId run, const std::optional<User>& user) const;
  // The socket that a dead supervisor had made for the run, anew at its path; empty when there was
  // none. The first call reads the folder.
  UniqueFd restore(RunId run);

  // The paths of all sockets in `folder`. Reads it whole: for workers.
  static std::vector<std::string> list(const std::filesystem::path& folder);

 private:
  Result<UniqueFd> open_folder() const;
  Result<UniqueFd> bind_at(const std::string& path, int folder, std::optional<uid_t> owner) const;

  std::filesystem::path folder_;
  std::optional<std::map<RunId, std::string>> found_;  // names, by restore()
};

// Where a socket is bound; empty when that cannot be told.
std::string path_of_socket(int socket);

}  // namespace mainstay::process
