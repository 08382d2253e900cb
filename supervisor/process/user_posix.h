// Users and groups of the machine, through NSS (so never in the keeper, and never after a fork).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace mainstay::process {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;              // the primary group, or the one that was asked for
  std::vector<gid_t> groups;  // supplementary ones, gid included
  std::string name;
  std::string home;
  std::string shell;
};

// The user named `name` (or numbered, if there is such a user), with `group` as its primary group
// unless that is empty. May block as long as NSS does.
Result<User> look_up_user(const std::string& name, const std::string& group);

// The user we run as. Its groups are those of this process. Without an entry in the user database:
// name "", home "/".
User current_user();

}  // namespace mainstay::process
