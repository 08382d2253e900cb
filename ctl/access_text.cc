#include "ctl/access_text.h"

#include <fmt/format.h>

#include <array>

#include "ctl/json_fields.h"
#include "ctl/table.h"

namespace mainstay::ctl {

std::string users_text(const Json& access, const Terminal& terminal) {
  const auto users = list_of(access, "users");
  if (users.empty()) return "nobody has a password; ctl password USER\n";
  Table table{{{"USER"}, {"LEVEL"}}};
  for (const Json& user : users)
    table.add({{text_of(user, "user")}, {text_of(user, "level")}});
  constexpr std::array<std::size_t, 2> kAll = {0, 1};
  const std::array<ColumnSet, 1> sets = {kAll};
  return table.render(sets, terminal);
}

std::string tokens_text(const Json& access, const Terminal& terminal) {
  const auto tokens = list_of(access, "tokens");
  if (tokens.empty()) return "there is no token; ctl token create NAME\n";
  Table table{{{"TOKEN"}, {"LEVEL"}, {"CREATED"}}};
  for (const Json& token : tokens) {
    const auto created = time_of(token, "created_at");
    table.add({{text_of(token, "name")},
               {text_of(token, "level")},
               {created ? format_local_date_clock(*created) : ""}});
  }
  constexpr std::array<std::size_t, 3> kAll = {0, 1, 2};
  constexpr std::array<std::size_t, 2> kNarrow = {0, 1};
  const std::array<ColumnSet, 2> sets = {kAll, kNarrow};
  return table.render(sets, terminal);
}

std::string level_problem(std::string_view level) {
  return fmt::format("'{}' is no level; read, operate or admin", safe_line(level));
}

}  // namespace mainstay::ctl
