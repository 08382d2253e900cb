// What one controller leaves with the keeper for the next while the configuration changes. Whatever
// moment one dies at, the next finds the one configuration in force, and perhaps, in these, that
// another one is to follow or has just done so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/plan.h"
#include "runtime/controller.h"

namespace mainstay {

inline constexpr const char* kNextConfigName = "next";
inline constexpr const char* kRenewalName = "renewal";
// What was in force before (config/former.h). Of the one in force itself, which is what a death in
// the midst of a change may leave, it means nothing yet.
inline constexpr const char* kFormerConfigName = "former";

// It takes the place of the one in force once what is not in it has been stopped.
struct NextConfig {
  std::string who;
  std::string hash;     // of the sources
  std::string sources;  // config::SourceBundle, encoded
  bool rollback = false;
};

// It has taken the place of another one, and what runs as that one said is to be restarted.
struct RenewalNote {
  std::string hash;  // of the one in force; of another one, the note means nothing yet
  runtime::Renewal renewal;
  std::string removed;  // names, as people are told
  std::string added;
  std::string changed;
  bool rollback = false;
};

std::string encode(const NextConfig& next);
std::string encode(const RenewalNote& note);
Result<NextConfig> decode_next_config(std::string_view bytes);
Result<RenewalNote> decode_renewal(std::string_view bytes);

// `before`: the first run that is not of the former configuration.
RenewalNote renewal_for(const config::Plan& plan, const NextConfig& next, RunId before);

}  // namespace mainstay
