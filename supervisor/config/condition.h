// The conditions of alert rules: "queue_size{queue=default} > 1000", "host-cpu > 80%", "log-errors
// > 20/h".
#pragma once

#include <string>
#include <string_view>

namespace mainstay::config {

// What is wrong with the condition, or nothing. METRIC[{label=value,…}] OPERATOR NUMBER[UNIT],
// where the operator is one of > >= < <= == != and the unit one of %, /s, /m, /h, a size or a
// duration.
std::string problem_of_condition(std::string_view text);

// Whether the program has a rule of that name, whose condition need not be repeated to change the
// rest of it.
bool is_builtin_rule(std::string_view name);

}  // namespace mainstay::config
