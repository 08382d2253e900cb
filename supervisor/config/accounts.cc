#include "config/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/scalars.h"

namespace mainstay::config {

namespace {

bool is_numeric(const std::string& name) {
  return !name.empty() && name.size() <= 10 &&
         name.find_first_not_of("0123456789") == std::string::npos;
}

// What /etc/passwd can hold at all.
bool is_account_name(const std::string& name) {
  return !name.empty() && name.size() <= 256 && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == ':' || c == '/' || c == 0x7f;
  });
}

}  // namespace

void Accounts::read_account(const Field& field, std::string_view kind, const NameLookup& exists,
                            Known& known, std::string& out) {
  const std::optional<std::string> name = read_plain(field);
  if (!name) return;
  if (!is_account_name(*name))
    return field.error(fmt::format("{} is not the name of a {}", in_quotes(*name), kind));
  out = *name;
  if (!exists || is_numeric(*name)) return;
  const auto [found, fresh] = known.try_emplace(*name, false);
  if (fresh) found->second = exists(*name);
  if (!found->second)
    field.error(fmt::format("no such {} {} on this machine", kind, in_quotes(*name)));
}

void Accounts::read_user(const Field& field, std::string& out) {
  read_account(field, "user", user_exists_, users_, out);
}

void Accounts::read_group(const Field& field, std::string& out) {
  read_account(field, "group", group_exists_, groups_, out);
}

}  // namespace mainstay::config
