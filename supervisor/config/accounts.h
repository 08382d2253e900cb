// Users and groups that the file names.
#pragma once

#include <map>
#include <string>

#include "config/field.h"
#include "config/loader.h"

namespace mainstay::config {

// Asks the machine about each name once.
class Accounts {
 public:
  Accounts(NameLookup user_exists, NameLookup group_exists)
      : user_exists_(std::move(user_exists)), group_exists_(std::move(group_exists)) {}

  void read_user(const Field& field, std::string& out);
  void read_group(const Field& field, std::string& out);

 private:
  using Known = std::map<std::string, bool>;
  void read_account(const Field& field, std::string_view kind, const NameLookup& exists,
                    Known& known, std::string& out);

  NameLookup user_exists_;
  NameLookup group_exists_;
  Known users_;
  Known groups_;
};

}  // namespace mainstay::config
